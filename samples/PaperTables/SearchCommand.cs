using System.CommandLine;
using SingleDarts.Core.Supernets;
using static PaperTables.Options;

namespace PaperTables;

/// <summary>The command line of <c>search</c>; its defaults are the paper's settings (Section 5.1.1).</summary>
internal static class SearchCommand
{
    public static Command Create()
    {
        Option<string> space = Choice("--space", "Search space.", SearchSettings.Spaces);
        Option<string> scheme = Choice("--scheme", "How weights and architecture parameters are moved.", SearchSettings.SchemeNames);
        Option<string> relaxation = Choice("--relaxation", "Architecture parameters to operation weights.", SearchSettings.RelaxationNames);
        Option<double> probability = Value("--initial-probability", "Start of every sigmoid; 0.125 is α = −ln 7, 0.5 is α = 0.", 0.125);
        Option<string> data = Value("--data",
            "CIFAR binary files, IDX files or a folder of images by class; 'generated' needs no file.", SearchSettings.GeneratedData);
        Option<long?> samples = Value<long?>("--samples", "Use a class-balanced part of the data. Default: all.", null);
        Option<int?> imageSize = Value<int?>("--image-size", "Average images down to this height and width. Default: as stored.", null);
        Option<long> channels = Value("--channels", "Channels of the first stage.", 16L);
        Option<int> cells = Value("--cells", "Cells in each stage of nasbench201.", 5);
        Option<int> layers = Value("--layers", "Cells in all of darts, two of them reduction cells.", 8);
        Option<int> epochs = Value("--epochs", "Passes over the data of the weights.", 50);
        Option<int> batchSize = Value("--batch-size", "Samples of a batch.", 64);
        Option<double> rate = Value("--learning-rate", "SGD learning rate of the weights at the start.", 0.005);
        Option<double> minimum = Value("--learning-rate-min", "Learning rate that the cosine ends at.", 0.0);
        Option<double> decay = Value("--weight-decay", "Weight decay of the weights.", 3e-4);
        Option<string> optimizer = Choice("--weight-optimizer", "Optimiser of the weights; adam has a fixed rate.", SearchSettings.WeightOptimizers);
        Option<bool> nesterov = Value("--nesterov", "Nesterov momentum of the weights' SGD.", false);
        Option<double> clip = Value("--clip", "Largest gradient norm of the weights; 0 is no limit.", 5.0);
        Option<double> portion = Value("--portion", "Part of the data that single-level and same-subset search on.", 1.0);
        Option<string> alphaOptimizer = Choice("--alpha-optimizer", "Optimiser of the architecture parameters.", SearchSettings.AlphaOptimizers);
        Option<double> alphaRate = Value("--alpha-learning-rate", "Learning rate of the architecture parameters.", 3e-4);
        Option<double> alphaDecay = Value("--alpha-weight-decay", "Weight decay of the architecture parameters.", 0.0);
        Option<long> seed = Value("--seed", "Seed of everything random.", 0L);
        Option<string> device = Value("--device", "cpu, cuda, cuda:1 or mps.", "cpu");
        Option<CellExecution> execution = Value("--execution", "How cells are computed: Merged, MergedWithRecomputation or PerEdge.", CellExecution.Merged);
        Option<int?> threads = Value<int?>("--threads", "CPU threads. Default: all cores.", null);
        Option<string?> table = Value<string?>("--table", "NAS-Bench-201 table (csv or csv.gz) to look the genotype up in.", null);
        Option<string?> output = Value<string?>("--out", "Run folder for options, epochs, checkpoints and genotype.", null);
        Option<bool> resume = Value("--resume", "Go on with the run in --out.", false);
        Option<bool> diagnose = Value("--diagnose", "Record gradients, p and signs of collapse in the run folder.", false);
        Option<int> diagnoseInterval = Value("--diagnose-interval", "Steps between measurements.", 50);
        Option<bool> hessian = Value("--hessian", "Record the dominant eigenvalue of the Hessian in α after each epoch.", false);

        var command = new Command("search",
            "Searches an architecture and, given the benchmark's table, prints its true accuracy.\n\n" +
            "Example: search --scheme single-level --relaxation sigmoid --data cifar-10-batches-bin --table nasbench201.csv --out runs/1\n" +
            "Exit codes: 0 found, 1 unexpected failure, 2 bad input, 3 diverged, 130 Ctrl+C and 143 SIGTERM (both with a checkpoint).")
        {
            space, scheme, relaxation, probability, data, samples, imageSize, channels, cells, layers, epochs, batchSize, rate, minimum, decay,
            optimizer, nesterov, clip, portion,
            alphaOptimizer, alphaRate, alphaDecay, seed, device, execution, threads, table, output, resume,
            diagnose, diagnoseInterval, hessian,
        };
        command.SetAction((parsed, _) => SearchRunner.RunAsync(new SearchSettings(
            parsed.GetValue(space)!, parsed.GetValue(scheme)!, parsed.GetValue(relaxation)!, parsed.GetValue(probability),
            parsed.GetValue(data)!, parsed.GetValue(samples), parsed.GetValue(imageSize), parsed.GetValue(channels),
            parsed.GetValue(cells), parsed.GetValue(layers), parsed.GetValue(epochs), parsed.GetValue(batchSize), parsed.GetValue(rate), parsed.GetValue(minimum),
            parsed.GetValue(decay), parsed.GetValue(alphaOptimizer)!, parsed.GetValue(alphaRate), parsed.GetValue(alphaDecay),
            parsed.GetValue(seed), parsed.GetValue(device)!, parsed.GetValue(execution), parsed.GetValue(threads),
            parsed.GetValue(table), parsed.GetValue(output),
            parsed.GetValue(resume), parsed.GetValue(diagnose), parsed.GetValue(diagnoseInterval), parsed.GetValue(hessian),
            parsed.GetValue(optimizer)!, parsed.GetValue(nesterov), parsed.GetValue(clip) is > 0 and var norm ? norm : null, parsed.GetValue(portion))));
        return command;
    }
}
