using System.CommandLine;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Training;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;
using TorchSharp;
using static PaperTables.Options;

namespace PaperTables.Training;

/// <summary>The command line of <c>evaluate</c>: trains the network of a genotype from scratch (Section 5.1.2).</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        Option<string> cells = new("--genotype") { Description = "Published name, text, run folder of a search, or random:<seed>.", DefaultValueFactory = _ => "DARTS-V2" };
        Option<string> network = Choice("--network", "Layers.", NetworkChoice.Networks);
        Option<string> recipe = Choice("--recipe", "Published settings.", TrainingSettings.Recipes);
        Option<string> data = new("--data") { Description = "Training data as of search; for imagenet the folder that holds train and val.", DefaultValueFactory = _ => SearchSettings.GeneratedData };
        Option<string?> test = new("--test") { Description = "Test data. Not needed for generated data and for imagenet." };
        Option<long?> samples = new("--samples") { Description = "Use a class-balanced part of the training data. Default: all." };
        Option<long?> testSamples = new("--test-samples") { Description = "Use a class-balanced part of the test data. Default: all." };
        Option<int?> imageSize = new("--image-size") { Description = "Average images down to this height and width. Default: as stored." };
        Option<long?> channels = new("--channels") { Description = "Channels of the first cells. Default: 36, 48 (imagenet) or 16 (nasbench201)." };
        Option<int?> layers = new("--layers") { Description = "Cells; of nasbench201, in each stage. Default: 14, the paper's, or 5 (nasbench201)." };
        Option<int?> epochs = new("--epochs") { Description = "Shorten the recipe; its schedule stretches. Default: the recipe's." };
        Option<int?> batchSize = new("--batch-size") { Description = "Default: the recipe's." };
        Option<int> microBatches = new("--micro-batches") { Description = "Parts that a batch is computed in, for less memory.", DefaultValueFactory = _ => 1 };
        Option<double?> rate = new("--learning-rate") { Description = "Default: the recipe's." };
        Option<bool?> auxiliary = new("--auxiliary") { Description = "Train with the auxiliary classifier. Default: where images have 32 pixels or more." };
        Option<double?> average = new("--average") { Description = "Decay of a moving average of the weights. Default: none." };
        Option<long> seed = new("--seed") { Description = "Seed of everything random." };
        Option<string> device = new("--device") { Description = "cpu, cuda, cuda:1 or mps.", DefaultValueFactory = _ => "cpu" };
        Option<int?> threads = new("--threads") { Description = "CPU threads. Default: all cores." };
        Option<string?> output = new("--out") { Description = "Run folder for options, epochs, checkpoints and weights." };
        Option<bool> resume = new("--resume") { Description = "Go on with the run in --out." };
        var command = new Command("evaluate", "Trains the network of a genotype from scratch and tests it after every epoch.\n\n" +
            "Example: evaluate --genotype runs/darts --data cifar-10-batches-bin --test test_batch.bin --epochs 600 --out runs/trained\n" +
            "Exit codes: as of search.")
        {
            cells, network, recipe, data, test, samples, testSamples, imageSize, channels, layers, epochs, batchSize, microBatches, rate, auxiliary,
            average, seed, device, threads, output, resume,
        };
        command.SetAction((parsed, _) => SearchRunner.RunAsync(token => RunAsync(Settings(parsed), token)));
        return command;

        TrainingSettings Settings(ParseResult parsed) => new(
            new NetworkChoice(parsed.GetValue(cells)!, parsed.GetValue(network)!, parsed.GetValue(channels), parsed.GetValue(layers)),
            parsed.GetValue(recipe)!, parsed.GetValue(data)!, TestOf(parsed.GetValue(test), parsed.GetValue(data)!, parsed.GetValue(recipe)!), parsed.GetValue(samples),
            parsed.GetValue(testSamples), parsed.GetValue(imageSize), parsed.GetValue(epochs), parsed.GetValue(batchSize), parsed.GetValue(microBatches),
            parsed.GetValue(rate), parsed.GetValue(auxiliary), parsed.GetValue(average), parsed.GetValue(seed), parsed.GetValue(device)!,
            parsed.GetValue(threads), parsed.GetValue(output), parsed.GetValue(resume));
    }

    private static string TestOf(string? test, string data, string recipe) =>
        test ?? (data == SearchSettings.GeneratedData || recipe == "imagenet" ? data : throw new ArgumentException(
            $"There is no test data for {data}; name it with --test, for example --test cifar-10-batches-bin/test_batch.bin."));

    private static async Task RunAsync(TrainingSettings settings, CancellationToken cancellationToken)
    {
        Genotype genotype = settings.Choice.Genotype();
        if (settings.Resume && settings.Out is null)
            throw new ArgumentException("--resume goes on with the run in a folder; name it with --out <folder>.");
        TorchRuntime.EnsureLoaded();
        if (settings.Threads is { } threads)
            torch.set_num_threads(threads);
        var (train, test) = settings.Open(cancellationToken);
        using (train)
        using (test)
        {
            SearchSpace space = settings.Choice.Space(genotype, train.Classes, train.InputShape);
            AuxiliaryHeadOptions? auxiliary = settings.AuxiliaryFor(train.InputShape);
            using var network = new EvaluationNetwork(space, genotype, new() { Seed = settings.Seed, Auxiliary = auxiliary, AllowRepeatedEdges = true });
            ModuleCost cost = network.MeasureCost();
            Console.WriteLine($"{genotype}\n{cost.Parameters:N0} parameters, {cost.MultiplyAdds / 1e6:F2} M multiply-adds, auxiliary classifier: " +
                (auxiliary is null ? "none" : $"{network.AuxiliaryParameters:N0} more parameters while training"));
            await foreach (TrainingEpochReport epoch in NetworkTraining.Of(network).On(train).EvaluatedOn(test)
                .With(settings.Options(auxiliary is not null)).ReportingTo(new ConsoleProgressBar()).RunEpochsAsync(cancellationToken))
                Console.WriteLine($"epoch {epoch.Epoch}/{epoch.Epochs}  loss {epoch.TrainLoss:F3}  train {100 * epoch.TrainTop1:F2}%  " +
                    $"test {100 * epoch.Test?.Top1:F2}%  top-{epoch.Test?.K} {100 * epoch.Test?.TopK:F2}%" +
                    $"{(epoch.EmaTest is { } a ? $"  average {100 * a.Top1:F2}%" : "")}  {epoch.Seconds:F0} s");
        }
    }
}
