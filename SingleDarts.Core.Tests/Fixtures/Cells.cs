using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>Cells whose operations are only names, for tests that build no module.</summary>
internal static class Cells
{
    public static readonly CellSpecification NasBench201 =
        Cell("cell", inputs: 1, nodes: 3, "none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3");

    public static readonly CellSpecification Darts =
        Cell("normal", inputs: 2, nodes: 4, "none", "max_pool_3x3", "skip_connect", "sep_conv_3x3", "dil_conv_5x5");

    public static CellSpecification Cell(string name, int inputs, int nodes, params string[] operations) => new(
        name, new CellTopology(inputs, nodes, CellOutput.LastNode),
        [.. operations.Select(o => new CandidateOperation(
            o, _ => throw new NotSupportedException(), isLearnable: o.Contains("conv"), isZero: o.StartsWith("none")))]);

    public static CellSnapshot Snapshot(double[,] scores) => new(scores, scores);
}
