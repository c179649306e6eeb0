using System.CommandLine;
using SingleDarts.Core.Supernets;
using SingleDarts.Core.Sweeps;
using static PaperTables.Options;

namespace PaperTables.Sweeps;

/// <summary>The command line of <c>sweep plan</c>.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        Argument<string[]> tables = new("definition") { Description = $"One or more of {Names}; trials that they share are run once.", Arity = ArgumentArity.OneOrMore };
        Option<string> output = new("--out") { Description = "Folder of the sweep.", Required = true };
        Option<string> scale = Choice("--scale", "Size of the searches.", [.. SweepScale.All.Select(s => s.Name)]);
        Option<int?> seeds = new("--seeds") { Description = "Searches of each row. Default: 2, 3 and 5 at smoke, cpu and paper." };
        Option<string> data = Value("--data", "As in search.", SearchSettings.GeneratedData);
        Option<string?> name = new("--data-name") { Description = "What reports call the data, for example 'JPEG CIFAR-10'." };
        Option<string?> table = new("--table") { Description = "NAS-Bench-201 table (csv or csv.gz), in which collect looks genotypes up." };
        Option<string> images = Choice("--single-level-images", "Images that single-level and same-subset search on; bi-level has one half for w and one for α.", ["all", "half"]);
        Option<bool> nesterov = Value("--nesterov", "Nesterov momentum of the weights.", false);
        Option<double> clip = Value("--clip", "Largest gradient norm of the weights; 0 is no limit.", 5.0);
        Option<double> decay = Value("--alpha-weight-decay", "Weight decay of α.", 0.0);
        Option<string> adam = Choice("--adam-rows", "What Adam moves in the rows Adam of Table 5.", ["alpha", "both"]);
        Option<string> device = Value("--device", "cpu, cuda, cuda:1 or mps.", "cpu");
        Option<CellExecution> execution = Value("--execution", "How cells are computed: Merged, MergedWithRecomputation or PerEdge.", CellExecution.Merged);
        Option<double> factor = Value("--rate-factor", "Multiplies the learning rates of w and α in table4 and table5, for fewer steps than the paper's.", 1.0);
        Option<bool> diagnose = new("--diagnose") { Description = "Keep the diagnostics of every search in its run folder." };
        Option<int> interval = Value("--diagnose-interval", "Steps between two records.", 50);

        var command = new Command("plan", "Writes the trials of a sweep, one file for each search with all its options.")
        {
            tables, output, scale, seeds, data, name, table, images, nesterov, clip, decay, adam, device, execution, factor, diagnose, interval,
        };
        command.SetAction((parsed, _) => SweepCommand.RunAsync(() =>
        {
            SweepScale size = SweepScale.Of(parsed.GetValue(scale)!);
            SweepFolder folder = Plan(parsed.GetValue(tables)!, parsed.GetValue(output)!, parsed.GetValue(table), new SweepChoices(
                size, parsed.GetValue(seeds) ?? size.Seeds, parsed.GetValue(data)!, parsed.GetValue(name), parsed.GetValue(images) == "all" ? 1 : 0.5,
                parsed.GetValue(nesterov), parsed.GetValue(clip) is > 0 and var norm ? norm : null, parsed.GetValue(decay),
                parsed.GetValue(adam) == "both", parsed.GetValue(device)!, parsed.GetValue(execution),
                parsed.GetValue(factor), parsed.GetValue(diagnose) ? parsed.GetValue(interval) : null));
            Console.WriteLine($"{folder.Plan.Trials.Count} trials in {folder.Path}; run them with: sweep run {parsed.GetValue(output)}");
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }

    private static string Names => string.Join(", ", PaperTable.All.Select(table => table.Name));

    private static SweepFolder Plan(string[] names, string output, string? benchmark, SweepChoices choices)
    {
        PaperTable[] tables = [.. names.Distinct().Select(PaperTable.Of)];
        if (choices.Seeds < 1)
            throw new ArgumentException($"--seeds is {choices.Seeds}; a row needs at least 1.");
        if (!(choices.RateFactor is > 0 and < double.PositiveInfinity))
            throw new ArgumentException($"--rate-factor is {choices.RateFactor}; expected a number above 0, 1 for the paper's rates.");
        if (choices.DiagnoseInterval < 1)
            throw new ArgumentException($"--diagnose-interval is {choices.DiagnoseInterval}; expected 1 step or more.");
        if (benchmark is not null && !File.Exists(benchmark))
            throw new FileNotFoundException($"There is no file {benchmark}; name the table of NAS-Bench-201 with --table, or leave it out.");
        if (choices.Data != SearchSettings.GeneratedData && !File.Exists(choices.Data) && !Directory.Exists(choices.Data))
            throw new FileNotFoundException($"There is neither a file nor a folder {choices.Data}; name the data with --data.");
        return SweepFolder.Create(output, new SweepPlan(
            choices.ToJson(tables.Select(table => table.Name), benchmark), [.. tables.SelectMany(table => table.Groups(choices))]));
    }
}
