using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PaperTables.Slurm;
using SingleDarts.Core.Sweeps;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

/// <summary>Run folders, tables, definitions and sweeps of strangers end with code 2 and a reason, or are read.</summary>
public sealed class HostileFileTests(RecordedRuns runs) : IClassFixture<RecordedRuns>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("options.json", "\"name\":", "\"\\ud800\": 1, \"name\":", "half of a surrogate pair")]
    [InlineData("options.json", "\"nodes\": 3", "\"nodes\": 9000", "A cell of 9001 nodes is declared; expected at most 256 nodes")]
    [InlineData("options.json", "{", "{\"formatVersion\": 2,", "formatVersion")]
    [InlineData("epochs.jsonl", "{", "{\"a\":\"\\udfff\"}\n{", "epochs.jsonl")]
    public void A_run_folder_with_text_that_cannot_be_read_ends_with_code_2(string file, string old, string made, string message)
    {
        string run = runs.Changed(file, text => new Regex(Regex.Escape(old).Replace(":\\ ", ":\\s*")).Replace(text, made, 1));
        File.ReadAllText(Path.Combine(run, file)).Should().Contain(made);
        Refused(message, "report", run, "--out", folder["page.html"]);
    }

    [Fact]
    public void A_sparse_table_and_a_definition_that_names_paths_end_with_code_2()
    {
        using (FileStream sparse = File.Create(folder["table.csv"]))
            sparse.SetLength(8L << 30);
        Refused("line 1, has 81920 characters or more", "report", runs.Stopped, "--table", folder["table.csv"], "--out", folder["page"]);
        foreach (string path in new[] { "../scales.json", "/etc/passwd", @"\\server\share\scales.json", "//server/scales.json", ".." })
        {
            File.WriteAllText(folder["own.json"], new JsonObject { ["scales"] = path }.ToJsonString());
            Refused("expected an object or the name of a file beside it", "sweep", "plan", folder["own.json"], "--out",
                folder["new"]);
        }
    }

    /// <summary>The policy lets a browser load nothing and run nothing, and the hash is that of the style in the file.</summary>
    [Fact]
    public void The_page_has_a_policy_that_allows_its_own_style_and_nothing_else()
    {
        string file = folder["page.html"];
        Run("report", runs.Benchmark, "--out", file).Code.Should().Be(0);
        string page = File.ReadAllText(file).ReplaceLineEndings("\n");
        string policy = Regex.Match(page, @"<meta http-equiv=""Content-Security-Policy"" content=""([^""]*)""").Groups[1].Value;
        string style = Regex.Match(page, "<style>(.*?)</style>", RegexOptions.Singleline).Groups[1].Value;
        style.Should().Contain("color-scheme").And.NotContain("&");
        policy.Should().StartWith("default-src 'none'; ").And.NotContain("script").And.Contain("base-uri 'none'; form-action 'none'")
            .And.Contain($"style-src-elem 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'");
        page.IndexOf("Content-Security-Policy", StringComparison.Ordinal).Should()
            .BeLessThan(page.IndexOf("<style", StringComparison.Ordinal), "it holds for what follows");
    }

    /// <summary>A hundred lines of this took 400 MB each.</summary>
    [Fact]
    public void A_job_list_that_claims_a_hundred_million_trials_takes_the_memory_of_the_trials()
    {
        SubmittedJob[] jobs = [.. Enumerable.Range(1, 100).Select(id =>
            new SubmittedJob(id, null, DateTimeOffset.UnixEpoch, "0-99999999,1-99999999"))];
        TrialStatus[] trials = [.. FakeSweep.Plan(3).Trials.Select((trial, i) => new TrialStatus(i, trial, TrialState.Open, 0, null, null))];
        long before = GC.GetAllocatedBytesForCurrentThread();
        TrialInQueue.Merge(trials, jobs, []).Should().OnlyContain(trial => trial.Submitted!.Id == 100);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(10 << 20);
        jobs[0].IndicesBelow(0).Should().BeEmpty();
    }

    [Fact]
    public void Collect_opens_a_table_outside_the_sweep_folder_only_if_it_is_named()
    {
        SweepFolder sweep = Plan(folder["sweep"], "table4", "--seeds", "1", "--table", runs.Table);
        string plan = folder["sweep/sweep.json"], outside = folder["secret.csv"];
        File.WriteAllText(outside, "root:x:0:0");
        Collect(0, "is not in the sweep folder and was not opened; give it with --table");
        Benchmark(outside);
        Collect(0, "was not opened");
        Collect(2, "found the columns 'root:x:0:0'", "--table", outside);
        Benchmark("inside.csv");
        File.Copy(outside, folder["sweep/inside.csv"]);
        Collect(2, "found the columns 'root:x:0:0'");
        File.Delete(folder["sweep/inside.csv"]);
        File.CreateSymbolicLink(folder["sweep/inside.csv"], outside);
        Collect(0, "was not opened");
        Benchmark(@"\\server\share\table.csv");
        Collect(2, "a path to another machine; expected a local path");

        void Benchmark(string path)
        {
            JsonObject json = JsonNode.Parse(File.ReadAllText(plan))!.AsObject();
            json["definition"]!["benchmark"] = path;
            File.WriteAllText(plan, json.ToJsonString());
        }

        void Collect(int expected, string message, params string[] arguments)
        {
            var (code, _, error) = Run(["sweep", "collect", sweep.Path, .. arguments]);
            code.Should().Be(expected, error);
            error.Should().Contain(message);
        }
    }

    [Theory]
    [InlineData("/no/such/data", "reads /no/such/data, which its options name")]
    [InlineData(@"\\server\share\data", "a path to another machine")]
    [InlineData("//server/share/data", "a path to another machine")]
    public void Run_says_which_data_a_trial_names_and_opens_none_of_another_machine(string data, string message)
    {
        SweepFolder.Create(folder["sweep"], new SweepPlan([], [new SweepGroup("all", [new Trial(new JsonObject { ["data"] = data })])]));
        var (code, output, error) = Run("sweep", "run", folder["sweep"], "--index", "0");
        code.Should().Be(1, "the trial failed");
        (output + error).Should().Contain(message);
    }

    [Theory]
    [InlineData("1e300")]
    [InlineData("0.5")]
    [InlineData("NaN")]
    public void Stale_after_is_a_second_to_a_day(string seconds)
    {
        SweepFolder.Create(folder["sweep"], FakeSweep.Plan(1));
        Refused("expected 1 second to 86400, a day", "sweep", "run", folder["sweep"], "--stale-after", seconds);
    }

    [LinuxFact("Pipes in the file system are those of Linux.")]
    public void Status_waits_for_no_pipe_among_the_claims_or_results()
    {
        SweepFolder sweep = SweepFolder.Create(folder["sweep"], FakeSweep.Plan(2));
        Process.Start("mkfifo", folder[$"sweep/leases/{sweep.Plan.Trials[0]}.1.json"]).WaitForExit();
        var (code, output, error) = Run("sweep", "status", folder["sweep"]);
        code.Should().Be(0, error);
        output.Should().Contain("2 trials: 1 running, 1 open");
    }

    private static void Refused(string message, params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        code.Should().Be(2, output + error);
        error.Should().Contain(message).And.NotContain("   at ");
    }
}
