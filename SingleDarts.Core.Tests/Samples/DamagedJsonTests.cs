using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;
using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Samples;

/// <summary>
/// Every JSON file that the library or the sample reads, with one value at a time left out, repeated, or in the place of which another
/// stands: it is read, or refused with a message of ours that names the file. No seed may give anything else.
/// </summary>
[Collection(nameof(DamagedJsonTests))]
public sealed class DamagedJsonTests(RecordedRuns runs) : IClassFixture<RecordedRuns>, IDisposable
{
    private const int Ordinary = 15;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData("options.json")]
    [InlineData("genotype.json")]
    [InlineData("epochs.jsonl")]
    [InlineData("diagnostics/collapse-indicators.jsonl")]
    [InlineData("diagnostics/genotype-accuracy.jsonl")]
    [InlineData("diagnostics/gradient-correlation.jsonl")]
    [InlineData("diagnostics/hessian-eigenvalue.jsonl")]
    [InlineData("diagnostics/operation-gradients.jsonl")]
    [InlineData("diagnostics/operation-probabilities.jsonl")]
    public void Reports_of_a_damaged_run(string file)
    {
        Copy(runs.Benchmark, folder["run"]);
        Try(folder[$"run/{file}"], firstLine: true, () => PaperTablesHere.Run(
            "report", folder["run"], "--out", folder["page.html"]), orNames: file[0] == 'o' ? "epochs.jsonl" : "in a record");
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData("options.json")]
    [InlineData("result.json")]
    public async Task Tables_of_a_damaged_training(string file)
    {
        using (ClassificationDataset data = GeneratedImages.Create(22, 1, 3, 8))
        using (var network = new EvaluationNetwork(Small.Space, NasBench201Genotypes.AllSkip))
            await NetworkTraining.Of(network, TrainingRecipes.NasBench201).On(data).EvaluatedOn(data).For(1, 10).SavingTo(folder["run"])
                .RunAsync();
        Try(folder[$"run/{file}"], false, () => PaperTablesHere.Run("table2", "--trained", folder["run"]), most: 8);
    }

    [Theory]
    [InlineData("""{"genotype": "|none~0|", "parameters": 7}""", """{"test": {"top1": null}}""", 2, "result.json*test.top1 is missing")]
    [InlineData("""{"genotype": "|none~0|", "parameters": 7}""", """{"test": {"top1": 1e300}}""", 2, "from 0 to 1")]
    [InlineData("""{"genotype": "|none~0|", "parameters": []}""", """{"test": {"top1": 1}}""", 2, "options.json*network.parameters is []")]
    [InlineData("""{"genotype": 3, "parameters": 7}""", """{"test": {"top1": 1}}""", 2, "options.json*network.genotype cannot be read")]
    [InlineData("""{"genotype": "|none~0|", "parameters": 7, "space": {"layers": []}}""", """{"test": {"top1": 1}}""", 0, "At full scale")]
    public void A_table_of_trainings_says_what_is_damaged(string network, string result, int code, string message)
    {
        folder.Write("run/options.json", Encoding.UTF8.GetBytes($$"""{"network": {{network}}}"""));
        folder.Write("run/result.json", Encoding.UTF8.GetBytes(result));
        var (found, output) = PaperTablesHere.Run("table3", "--trained", folder["run"]);
        found.Should().Be(code, output);
        output.Should().Match($"*{message}*").And.NotContain("Unexpected");
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData("sweep.json")]
    [InlineData("done/{0}.json")]
    [InlineData("failed/{0}.json")]
    [InlineData("leases/{0}.1.json")]
    [InlineData("slurm/jobs.jsonl")]
    public void Status_and_report_of_a_damaged_sweep(string file)
    {
        SweepFolder sweep = Sweep();
        string place = sweep.Plan.Trials[file[0] switch { 'f' => 1, 'l' => 2, _ => 0 }].Hash;
        string path = folder[$"sweep/{string.Format(null, file, place)}"];
        Try(path, false, () => PaperTablesHere.Run("sweep", "status", sweep.Path));
        Try(path, false, () => PaperTablesHere.Run("sweep", "collect", sweep.Path, "--table", runs.Table));
        if (!file.StartsWith("slurm", StringComparison.Ordinal))
            Try(path, false, () => PaperTablesHere.Run("sweep", "draw", sweep.Path, "--out", folder["figures"]), most: 3,
                orNames: "no search of");
    }

    /// <summary>Whoever edits a trial can give it the name of its content.</summary>
    [Trait("Category", "Slow")]
    [Fact]
    public void Status_and_report_of_a_sweep_with_strange_trials()
    {
        SweepFolder sweep = Sweep();
        string options = sweep.Plan.Trials[0].Options.ToJsonString();
        foreach (var (what, document) in JsonMutations.Of(options, Count(Ordinary), seed: 5))
        {
            JsonObject? changed;
            try
            {
                changed = JsonNode.Parse(document, null, new() { AllowDuplicateProperties = false }) as JsonObject;
            }
            catch (System.Text.Json.JsonException)
            {
                continue;
            }
            if (changed is null || document.Contains("ud800", StringComparison.Ordinal))
                continue;
            string strange = folder["strange"];
            if (Directory.Exists(strange))
                Directory.Delete(strange, true);
            SweepFolder made = SweepFolder.Create(strange, new SweepPlan(
                sweep.Plan.Definition, [new SweepGroup(sweep.Plan.Groups[0].Name, [new Trial(changed)])]));
            Finish(made, made.Plan.Trials[0]);
            Explained(what, PaperTablesHere.Run("sweep", "status", strange), "trial");
            Explained(what, PaperTablesHere.Run("sweep", "collect", strange, "--table", runs.Table), "trial");
        }
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData("table1")]
    [InlineData("table5")]
    [InlineData("figure1")]
    public void Plans_of_a_damaged_definition(string name)
    {
        string definitions = Path.Combine(Repository.Root, "samples", "PaperTables", "Definitions");
        var whole = JsonNode.Parse(File.ReadAllText(Path.Combine(definitions, name + ".json")), null, Comments)!.AsObject();
        whole["scales"] = JsonNode.Parse(File.ReadAllText(Path.Combine(definitions, "scales.json")), null, Comments);
        File.WriteAllText(folder["own.json"], whole.ToJsonString());
        Try(folder["own.json"], false, () =>
        {
            if (Directory.Exists(folder["planned"]))
                Directory.Delete(folder["planned"], true);
            return PaperTablesHere.Run("sweep", "plan", folder["own.json"], "--seeds", "1", "--out", folder["planned"]);
        });
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void Trainings_of_a_damaged_genotype()
    {
        Copy(runs.Benchmark, folder["run"]);
        Try(folder["run/genotype.json"], false, () => PaperTablesHere.Run(
            "train", "--genotype", folder["run"], "--network", "nasbench201", "--data", folder["nothing"]), orNames: folder["nothing"]);
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData("options.json")]
    [InlineData("epochs.jsonl")]
    [InlineData("diagnostics/operation-probabilities.jsonl")]
    public async Task A_damaged_run_is_resumed_or_refused(string file)
    {
        using ClassificationDataset data = Small.Data();
        ArchitectureSearch search = Small.Search(data).For(1, 20).With(Every.Diagnostic());
        await search.SavingTo(folder["run"]).RunAsync();
        Try(folder[$"run/{file}"], true, () => Caught(() =>
            search.ResumingFrom(folder["run"]).RunAsync().GetAwaiter().GetResult()));
    }

    [Fact]
    public void Damaged_headers_of_weights_are_read_or_refused()
    {
        using var weights = nn.Linear(3, 2);
        weights.SaveWeights(folder["w"]);
        byte[] whole = File.ReadAllBytes(folder["w"]);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(whole);
        foreach (var (what, document) in JsonMutations.Of(Encoding.UTF8.GetString(whole.AsSpan(8, length)), 2000, seed: 3))
        {
            byte[] header = Encoding.UTF8.GetBytes(document), size = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(size, header.Length);
            File.WriteAllBytes(folder["damaged"], [.. size, .. header, .. whole.AsSpan(8 + length)]);
            Explained(what, Caught(() => weights.LoadWeights(folder["damaged"])), folder["damaged"]);
        }
    }

    private static System.Text.Json.JsonDocumentOptions Comments => new()
    {
        CommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true,
    };

    /// <summary>A trial that is done, one that failed, one that is claimed, and a submitted job.</summary>
    private SweepFolder Sweep()
    {
        PaperTablesHere.Run("sweep", "plan", "table4", "--seeds", "2", "--out", folder["sweep"]).Code.Should().Be(0);
        SweepFolder sweep = SweepFolder.Open(folder["sweep"]);
        Finish(sweep, sweep.Plan.Trials[0]);
        sweep.TryLease(sweep.Plan.Trials[1])!.Fail("no luck", "step 1");
        string claim = folder[$"sweep/leases/{sweep.Plan.Trials[2]}.1.json"], claimed;
        using (sweep.TryLease(sweep.Plan.Trials[2]))
            claimed = File.ReadAllText(claim);
        File.WriteAllText(claim, claimed);
        Directory.CreateDirectory(folder["sweep/slurm"]);
        File.WriteAllText(folder["sweep/slurm/jobs.jsonl"],
            """{"id": 7, "cluster": null, "submitted": "2026-01-01T00:00:00Z", "array": "0-3"}""" + "\n");
        return sweep;
    }

    private static void Finish(SweepFolder sweep, Trial trial) => sweep.TryLease(trial)!.Complete(new JsonObject
    {
        ["genotype"] = NasBench201Genotypes.AllSkip.ToString(),
        ["genotypes"] = new JsonArray(NasBench201Genotypes.FromIndex(9).ToString(), NasBench201Genotypes.AllSkip.ToString()),
        ["seconds"] = 90.0, ["device"] = "cpu", ["data"] = "generated", ["dataSha256"] = "ab",
    });

    private static int Count(int ordinary) => LongTests.AreWanted ? int.MaxValue : ordinary;

    /// <summary>Writes mutations of a file, or of its first line, calls, and puts the file back.</summary>
    private static void Try(
        string file, bool firstLine, Func<(int Code, string Output)> call, int most = Ordinary, string? orNames = null)
    {
        string text = File.ReadAllText(file);
        int end = firstLine && file.EndsWith('l') ? text.IndexOf('\n', StringComparison.Ordinal) : text.TrimEnd().Length;
        foreach (var (what, document) in JsonMutations.Of(text[..end], Count(most), seed: 1))
        {
            File.WriteAllText(file, document + text[end..]);
            Explained($"{Path.GetFileName(file)}: {what}", call(), Path.GetFileName(file), orNames);
        }
        File.WriteAllText(file, text);
    }

    private static (int Code, string Output) Caught(Action act) => Record.Exception(act) switch
    {
        null => (0, ""),
        Exception e when e is InvalidDataException or InvalidRunException or IOException => (2, e.Message),
        Exception e => (99, e.ToString()),
    };

    private static void Explained(string what, (int Code, string Output) found, params string?[] names)
    {
        found.Code.Should().BeOneOf([0, 1, 2], $"of {what}, which ended with {found.Output}");
        found.Output.Should().NotContainAny("Unexpected failure", "Object reference", "   at ", "Index was outside");
        if (found.Code == 2)
            names.OfType<string>().Should().Contain(
                name => found.Output.Contains(name, StringComparison.Ordinal), $"of {what}, which ended with {found.Output}");
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}

/// <summary>Standard output is the process's, so these tests run alone.</summary>
[CollectionDefinition(nameof(DamagedJsonTests), DisableParallelization = true)]
public class RunsAlone;
