using System.CommandLine;
using BenchmarkDotNet.Running;
using Benchmarks;
using SingleDarts.Core.Search;

Option<long> channels = Value("--channels", "Channels of the first stage.", StepSettings.Paper.Channels);
Option<int> cells = Value("--cells", "Cells in each stage.", StepSettings.Paper.Cells);
Option<int> batch = Value("--batch", "Images in a batch.", StepSettings.Paper.Batch);
Option<long> size = Value("--size", "Height and width of an image.", StepSettings.Paper.Size);
Option<int> threads = Value("--threads", "CPU threads.", StepSettings.Paper.Threads);
Option<string> device = Value("--device", "cpu or cuda.", StepSettings.Paper.Device);
Option<int> rounds = Value("--rounds", "Rounds in which all run in turn.", 7);
Option<int> steps = Value("--steps", "Steps of each in a round.", 5);
Option<string> modes = Value("--modes", $"Of {string.Join(", ", Worker.Modes)}, pytorch, pytorch-channels-last.",
    "merged,recomputation,per-edge,floor,pytorch-channels-last,pytorch");
Option<string> python = Value("--python", "A Python that may have PyTorch.", OperatingSystem.IsWindows() ? "python" : "python3");
Option<string?> json = Value<string?>("--json", "File for all figures.", null);
Option<string> space = Value("--space", "nasbench201 or darts; by default methods are in darts, the rest in nasbench201.", "");
space.AcceptOnlyFromAmong("nasbench201", "darts", StepSettings.Training, "");
Option<string> method = Value("--method", "Method whose step the executions compute; by default single-level with sigmoid.", "");
method.AcceptOnlyFromAmong([.. SearchMethods.All.Select(each => each.Name), ""]);
Argument<string> mode = new("mode");
mode.AcceptOnlyFromAmong(Worker.Modes);

var step = new Command("step", "The step of a search, computed in several ways side by side.")
    { space, method, channels, cells, batch, size, threads, device, rounds, steps, modes, python, json };
step.SetAction(p => SideBySide.Run(
    Settings(p), p.GetValue(modes)!.Split(','), p.GetValue(rounds), p.GetValue(steps), p.GetValue(python)!, p.GetValue(json)));
Option<int> layers = Value("--layers", "Cells of the network.", 8);
Option<string> trainModes = Value("--modes", "Of merged, recomputation, per-edge, pytorch, pytorch-channels-last.",
    "merged,recomputation,per-edge,pytorch-channels-last,pytorch");
var train = new Command("train", "The step of a training of DARTS-V2, computed in several ways side by side.")
    { channels, layers, batch, size, threads, device, rounds, steps, trainModes, python, json };
train.SetAction(p => SideBySide.Run(Settings(p) with { SpaceName = StepSettings.Training, Cells = p.GetValue(layers) },
    p.GetValue(trainModes)!.Split(','), p.GetValue(rounds), p.GetValue(steps), p.GetValue(python)!, p.GetValue(json)));
var grow = new Command("grow", "How a step's time grows with batch, channels, cells and threads.")
    { channels, cells, batch, size, threads, device, steps };
grow.SetAction(p => Growth.Run(Settings(p), p.GetValue(steps)));
var precision = new Command("precision", "Gradients of the first step in lower precisions against float64.")
    { channels, cells, batch, size, threads, device };
precision.SetAction(p => Precision.Run(Settings(p)));
Option<int> measurements = Value("--measurements", "Measurements of each diagnostic.", 9);
var diagnostics = new Command("diagnostics", "What each diagnostic costs, in steps of the search that it watches.") { channels, cells,
    batch, size, threads, device, measurements };
diagnostics.SetAction((p, _) => DiagnosticsCost.RunAsync(Settings(p), p.GetValue(measurements)));
var parts = new Command("parts", "BenchmarkDotNet on the parts: data, cells, optimiser, checkpoint. Takes its options.") {
    TreatUnmatchedTokensAsErrors = false };
parts.SetAction(p => BenchmarkSwitcher.FromAssembly(typeof(Worker).Assembly).Run([.. p.UnmatchedTokens]));
var worker = new Command("worker", "Measures one way on request.") { mode, space, method, channels, cells, batch, size, threads,
    device };
worker.Hidden = true;
worker.SetAction(p => Worker.Run(p.GetValue(mode)!, Settings(p)));
Option<string?> checkedDevice = Value<string?>("--device", "cpu, cuda, cuda:1 or mps; by default cuda if there is one, else cpu.", null);
Option<string> only = Value("--only", "Text in the names of the checks to run; all by default.", "");
Option<int> limit = Value("--limit", "Seconds in which one check must end.", 300);
var check = new Command("device-check", "Tries everything that the library does on a device and compares it with the CPU.")
    { checkedDevice, only, json, limit };
check.SetAction(p => new DeviceCheckCommand(p.GetValue(checkedDevice), p.GetValue(only)!, p.GetValue(json), p.GetValue(limit)).Run());
Option<int> from = Value("--from", "First check.", 0);
var checkWorker = new Command("check-worker", "Runs checks and says what they are.") { checkedDevice, only, from };
checkWorker.Hidden = true;
checkWorker.SetAction(p => CheckWorker.Run(p.GetValue(checkedDevice), p.GetValue(only)!, p.GetValue(from)));

return new RootCommand("Benchmarks of SingleDarts.")
    { step, train, grow, precision, diagnostics, check, parts, worker, checkWorker }.Parse(args).Invoke();

StepSettings Settings(ParseResult p) => new(
    p.GetValue(channels), p.GetValue(cells), p.GetValue(batch), p.GetValue(size), p.GetValue(threads), p.GetValue(device)!,
    p.GetValue(space) ?? "", p.GetValue(method) ?? "");

static Option<T> Value<T>(string name, string description, T otherwise) =>
    new(name) { Description = description, DefaultValueFactory = _ => otherwise };
