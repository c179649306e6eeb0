using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Training;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>The programs of docs/how-to/methods.md, word for word.</summary>
public class MethodsPage
{
    [Trait("Category", "Slow")]
    [Fact]
    public void Methods_are_built_changed_and_made()
    {
        using ClassificationDataset data = GeneratedImages.Create(count: 400, seed: 1);
        ArchitectureSearch search = ArchitectureSearch
            .In(SearchSpaces.Darts(data.InputShape, data.Classes), SearchMethods.PcDarts())
            .On(data)
            .Augmenting(ImageAugmentation.Cifar10Search)
            .For(epochs: 50, batchSize: 96)      // instead of 256
            .WithSeed(1);
        search.Options.Method.Should().Be("pc-darts");
        search.Options.BatchSize.Should().Be(96);
        search.Invoking(s => s.Build()).Should().NotThrow();
        search.Options.ArchitectureOptimizer.FrozenEpochs(10).Should().Be(3);

        SearchSpace space = SearchSpaces.NasBench201(data.InputShape, data.Classes, channels: 4, cellsPerStage: 1);
        search = ArchitectureSearch.In(space, SearchMethods.Gdas()).On(data).Relaxing(new GumbelRelaxation { CountsUncomputed = false });
        search.Invoking(s => s.Build()).Should().NotThrow();

        search = ArchitectureSearch.In(space, SearchMethods.Enas()).On(data).Using(new EnasScheme { ControllerUpdates = 100 });
        search.Invoking(s => s.Build()).Should().NotThrow();

        search = ArchitectureSearch.In(space, SearchMethods.Setn()).On(data)
            .Deriving(new MostProbableSelection { Batches = 8, SharesBatches = true });
        search.Invoking(s => s.Build()).Should().NotThrow();

        search = ArchitectureSearch.In(space, SearchMethods.DartsMinus()).On(data);
        search.Invoking(s => s.Build()).Should().NotThrow();
        search = ArchitectureSearch.In(space).On(data).Decorating(new AuxiliarySkip { IsLearnt = true });       // Single-DARTS with it
        search.Invoking(s => s.Build()).Should().NotThrow();

        space = SearchSpaces.Darts(data.InputShape, data.Classes, channels: 4);
        search = ArchitectureSearch.In(space, SearchMethods.Cdarts(evaluationLayers: 8)).On(data);
        search.Invoking(s => s.Build()).Should().NotThrow();
        search = search.Using(new CdartsScheme { Distance = DistillationDistance.KullbackLeibler, EvaluationLayers = 8 });
        search.Invoking(s => s.Build()).Should().NotThrow();
        search = ArchitectureSearch.In(space, SearchMethods.PDarts(layers: [5, 8, 11])).On(data).For(epochs: 5);
        search.Invoking(s => s.Build()).Should().NotThrow();

        Genotype genotype = DartsGenotypes.Named("NASNet-A").Genotype;
        using var network = DartsNetworks.Cifar(genotype, options: new() { AllowRepeatedEdges = true });

        search = ArchitectureSearch.In(space).On(data).Decorating(new PartialChannels(2));      // Single-DARTS on half of the channels
        search.Invoking(s => s.Build()).Should().NotThrow();

        search = ArchitectureSearch.In(space, SearchMethods.DartsPlus(
            new OperationLimit("skip_connect", Count: 2, Cell: "normal") { ReturnsEpochBefore = true })).On(data);
        search.Invoking(s => s.Build()).Should().NotThrow();
        search = ArchitectureSearch.In(space, SearchMethods.DartsPlus(new StableRanking(Epochs: 10))).On(data);
        search.Invoking(s => s.Build()).Should().NotThrow();

        search = ArchitectureSearch.In(space, SearchMethods.DropNas(layers: 8)).On(data).Relaxing(new GroupDropSoftmax(1e-4));
        search.Invoking(s => s.Build()).Should().NotThrow();

        search = ArchitectureSearch.In(space, SearchMethods.FairDarts()).On(data).Using(OptimizationSchemes.SingleLevel)
            .Deriving(new ThresholdEdges { Edges = null, OperationsPerEdge = 2 });
        search.Invoking(s => s.Build()).Should().NotThrow();

        search = ArchitectureSearch.In(space, SearchMethods.SdartsAdv()).On(data)
            .Using(new BiLevelScheme { Order = UpdateOrder.ArchitectureFirst, Perturbation = new AdversarialPerturbation { Steps = 3 } });
        search.Invoking(s => s.Build()).Should().NotThrow();

        search = ArchitectureSearch.In(space, SearchMethods.StacNas(layers: [5, 8])).On(data).For(epochs: 10);
        search.Invoking(s => s.Build()).Should().NotThrow();

        search = ArchitectureSearch.In(space).On(data).Relaxing(new MaxWeightRelaxation())
            .UpdatingWeights(o => o.CosinePower(1e-4, order: 2));
        search.Invoking(s => s.Build()).Should().NotThrow();

        search = ArchitectureSearch.In(SearchSpaces.SharpDarts(data.InputShape, data.Classes), SearchMethods.SharpDarts()).On(data);
        Genotype drawn = SearchSpaces.SharpDarts().RandomGenotype(seed: 1);
        using var wide = new EvaluationNetwork(SearchSpaces.SharpDarts(channels: 36, layers: 20), drawn);
        search.Options.Method.Should().Be("sharpdarts");

        search = ArchitectureSearch.In(space, SearchMethods.ProxylessNas()).On(data).For(epochs: 20, batchSize: 50)
            .UpdatingArchitecture(o => o.EverySteps(2));
        search.Invoking(s => s.Build()).Should().NotThrow();

        search = ArchitectureSearch.In(space).On(data).Relaxing(new GumbelRelaxation { IsSoft = true });

        async Task<Genotype> RDartsL2(ClassificationDataset train, Func<ClassificationNetwork, NetworkTraining> shortTraining)
        {
            var space = SearchSpaces.RobustDarts(number: 1, train.InputShape, train.Classes);        // S1
            var found = new List<Genotype>();
            foreach (double factor in SearchMethods.RDartsL2Factors)
            {
                SearchResult result = await ArchitectureSearch.In(space, SearchMethods.RDartsL2(factor)).On(train).WithSeed(1).RunAsync();
                found.Add(result.Genotype);
            }
            return new StrategySearch
            {
                Space = space,
                Strategy = new ListedGenotypes(found),
                Evaluator = new TrainingEvaluator(space, shortTraining),       // evaluated on samples that the final test does not use
                Evaluations = found.Count,
            }.Run().Genotype;
        }
        Func<ClassificationDataset, Func<ClassificationNetwork, NetworkTraining>, Task<Genotype>> protocol = RDartsL2;
        protocol.Method.Name.Should().Contain("RDartsL2", "RobustDartsTests run it");

        search = ArchitectureSearch.In(space, SearchMethods.DartsEs(new EigenvalueStop { Factor = 1.5 })).On(data);
        search.Invoking(s => s.Build()).Should().NotThrow();
        search = ArchitectureSearch.In(space, SearchMethods.DartsAda(
            new AdaptiveWeightDecay { Multiplier = 3, Maximum = 0.0243 })).On(data);
        search.Invoking(s => s.Build()).Should().NotThrow();


        // Fourteen cells of 36 channels are built and not searched here.
        async Task Searched()
        {
            search = ArchitectureSearch
                .In(SearchSpaces.Darts(data.InputShape, data.Classes, channels: 36), SearchMethods.GoldNas()).On(data);
            SearchResult result = await search.RunAsync();
            foreach (PrunedGenotype passed in search.Options.EpochRules.OfType<SharePruning>().Single().Series(result))
                Console.WriteLine($"{passed.Epoch}: {passed.Genotype}");
            var options = new EvaluationNetworkOptions { AllowRepeatedEdges = true };
            using EvaluationNetwork network = DartsNetworks.Cifar(result.Genotype, options: options);
        }
        ((Delegate)Searched).Should().NotBeNull();

        search = ArchitectureSearch.In(space).On(data)
            .Penalizing(new ExpectedCost(CostMetric.MultiplyAdds) { Reference = 1e8 })       // λ is 1 for 100 million
            .Deriving(new CostLimit(new TopEdges(), CostMetric.MultiplyAdds, Limit: 30e6));
        search.Invoking(s => s.Build()).Should().NotThrow();

        var latencies = new LatencyTable(new Dictionary<string, double>
        {
            ["max_pool_3x3"] = 1e-4, ["avg_pool_3x3"] = 1e-4, ["skip_connect"] = 2e-5, ["sep_conv_3x3"] = 9e-4, ["sep_conv_5x5"] = 1.4e-3,
            ["dil_conv_3x3"] = 5e-4, ["dil_conv_5x5"] = 8e-4,
        }, fixedSeconds: 2e-3);
        OperationCosts costs = latencies.Of(space);      // of every operation, edge and kind of cell, and of the fixed parts
        search = search.Penalizing(new ExpectedCost(latencies));
        search.Invoking(s => s.Build()).Should().NotThrow();
        costs.Unit.Should().Be("seconds");

        var mine = new SearchMethod("mine", space => SearchMethods.PcDarts(k: 8).Options(space) with { Penalties = [new ZeroOneLoss(1)] })
        {
            Source = "PC-DARTS with a zero-one loss",
        };
        ArchitectureSearch.In(SearchSpaces.Darts(), mine).Options.EdgeDecorators.Should().Equal(new PartialChannels(8));
    }
}
