using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;

using ClassificationDataset data = GeneratedImages.Create(count: 2_000, seed: 1);

SearchResult result = await ArchitectureSearch
    .In(SearchSpaces.NasBench201(data.Classes, channels: 8, cellsPerStage: 1, height: 16, width: 16))
    .On(data)
    .Using(OptimizationSchemes.SingleLevel)
    .Relaxing(Relaxations.Sigmoid(initialProbability: 0.125))
    .UpdatingWeights(o => o.Sgd(0.025, momentum: 0.9, weightDecay: 3e-4).Cosine().ClipGradientNorm(5))
    .UpdatingArchitecture(o => o.Adam(3e-3, 0.5, 0.999))
    .For(epochs: 10, batchSize: 64)
    .WithSeed(1)
    .ReportingTo(new ConsoleProgressBar())
    .RunAsync();

foreach (EpochReport epoch in result.Epochs)
    Console.WriteLine($"epoch {epoch.Epoch,2}  loss {epoch.WeightLoss:F3}  accuracy {epoch.WeightAccuracy:P1}  {epoch.Genotype}");
Console.WriteLine($"Found {result.Genotype} ({result.Cost.Parameters:N0} parameters, {result.Cost.Flops / 1e6:F2} MFLOPs)");
