using System.Text.Json.Nodes;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public class SpaceDescriptionTests
{
    [Fact]
    public void The_benchmark_is_data()
    {
        JsonObject description = SpaceDescription.Of(SearchSpaces.NasBench201(10, 4, 1, 3, 8, 8));
        JsonNode.DeepEquals(description, JsonNode.Parse("""
            {
              "name": "nasbench201", "input": [3, 8, 8], "classes": 10,
              "cells": {
                "cell": {
                  "topology": { "inputs": 1, "nodes": 3, "output": "LastNode" },
                  "operations": ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"],
                  "learnable": ["nor_conv_1x1", "nor_conv_3x3"]
                }
              },
              "layers": [
                { "cell": "cell", "channels": 4, "stride": 1 }, { "channels": 8, "stride": 2, "passInput": false },
                { "cell": "cell", "channels": 8, "stride": 1 }, { "channels": 16, "stride": 2, "passInput": false },
                { "cell": "cell", "channels": 16, "stride": 1 }
              ]
            }
            """)).Should().BeTrue(description.ToJsonString());
    }

    [Fact]
    public void Spaces_that_differ_only_in_the_nodes_of_their_output_are_different()
    {
        JsonNode? Output(params int[] nodes) => Describe(nodes)["cells"]!["cell"]!["topology"]!["output"];
        Output(1, 2, 3).Should().BeOfType<JsonArray>().Which.Select(node => node!.GetValue<int>()).Should().Equal(1, 2, 3);
        Output(2, 3).Should().BeOfType<JsonArray>().Which.Select(node => node!.GetValue<int>()).Should().Equal(2, 3);
    }

    [Fact]
    public void Edges_that_allow_only_some_candidates_are_named()
    {
        JsonNode cell = SpaceDescription.Of(SearchSpaces.NasBench201(10, 4, 1, 3, 8, 8).Allow("cell", 1, "nor_conv_3x3", "none"))[
            "cells"]!["cell"]!;
        cell["allowed"]!["2<-0"]!.ToJsonString().Should().Be("""["none","nor_conv_3x3"]""");
        cell["allowed"]!["1<-0"]!.AsArray().Should().HaveCount(5);
    }

    private static JsonObject Describe(int[] output)
    {
        SearchSpace space = SearchSpace.Define("own").Input(3, 8, 8).Classes(2)
            .Operation("skip", Blocks.Skip, isLearnable: false).Operation("conv", c => new ReluConvBatchNorm(c, 3))
            .Cell(nodes: 3, inputs: 1, output: CellOutput.Concatenation).Stages(1).Channels(2).Build();
        Genotype genotype = CellGenotype.Parse($"|skip~0|+|skip~0|+|skip~0|:{string.Join(',', output)}");
        return SpaceDescription.Of(space, space.Layout.For(genotype));
    }
}
