using CustomSearchSpace;
using SingleDarts.Core.Operations;
using static TorchSharp.torch;

// A space of one's own: four operations, cells of two inputs and three nodes, a second kind of cell that halves the image, and a
// relaxation that the library does not have. The data are generated, or the UCI digits where their folder is given.
try
{
    using ClassificationDataset data = args switch
    {
        [] => GeneratedImages.Create(count: 1_500, seed: 1, classes: 6),
        ["--digits", var folder] => Digits.Load(Path.Combine(folder, "optdigits.tra")),
        _ => throw new ArgumentException(
            $"Unknown arguments '{string.Join(' ', args)}'; expected none, or --digits <folder with optdigits.tra>."),
    };

    SearchSpace space = SearchSpace.Define("separable")
        .Input([.. data.InputShape])
        .Classes(data.Classes)
        .Operation("skip", Blocks.Skip, isLearnable: false)
        .Operation("max_pool", c => nn.Sequential(nn.MaxPool2d(3, stride: c.Stride, padding: 1), Blocks.BatchNorm(c)), isLearnable: false)
        .Operation("separable", Separable)
        .Operation("conv_1x1", c => new ReluConvBatchNorm(c, 1))
        .Cell(nodes: 3, inputs: 2, CellOutput.Concatenation)
        .Channels(8)
        .Stages(2, cellsPerStage: 1)
        .ReductionCells()
        .Stem(c => nn.Sequential(nn.Conv2d(c.InChannels, c.OutChannels, 3, padding: 1), new BatchNormalization(c.OutChannels)))
        .Head(c => nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c.InChannels, c.OutChannels)))
        .Build();
    Console.WriteLine(space);

    SearchResult result = await ArchitectureSearch.In(space).On(data)
        .Using(OptimizationSchemes.SingleLevel)
        .Relaxing(new TemperedSoftmax(Start: 2, End: 0.5))
        .Deriving(new TopEdges(2))
        .UpdatingWeights(o => o.Sgd(0.05, momentum: 0.9, weightDecay: 3e-4).Cosine().ClipGradientNorm(5))
        .UpdatingArchitecture(o => o.Adam(3e-3, 0.5, 0.999))
        .For(epochs: 10, batchSize: 50)
        .WithSeed(1)
        .ReportingTo(new ConsoleProgressBar())
        .RunAsync();

    foreach (EpochReport epoch in result.Epochs)
        Console.WriteLine($"epoch {epoch.Epoch,2}  loss {epoch.WeightLoss:F3}  accuracy {epoch.WeightAccuracy:P1}");
    foreach (var (name, cell) in result.Genotype.Cells)
        Console.WriteLine($"{name,-9} {cell}");
    Console.WriteLine($"{result.Cost.Parameters:N0} parameters, {result.Cost.Flops / 1e6:F2} MFLOPs");
    return 0;
}
catch (Exception e) when (e is ArgumentException or IOException or InvalidDataException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

// ReLU, a depthwise 3x3 convolution and a 1x1 convolution that mixes channels, normalised.
static nn.Module<Tensor, Tensor> Separable(OperationContext c) => nn.Sequential(
    nn.ReLU(),
    nn.Conv2d(c.InChannels, c.InChannels, 3, stride: c.Stride, padding: 1, groups: c.InChannels, bias: false),
    nn.Conv2d(c.InChannels, c.OutChannels, 1, bias: false),
    Blocks.BatchNorm(c));
