using System.Globalization;
using System.Text.Json.Nodes;
using SingleDarts.Core.Sweeps;
using static SingleDarts.Core.Tests.Fixtures.PaperTablesProcess;

namespace SingleDarts.Core.Tests.Samples;

/// <summary>What <c>sweep run</c> does beside the searches themselves.</summary>
public sealed class SweepRunTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(2, 4, 2)]
    [InlineData(2, 3, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(1, 3, 3)]
    public void The_threads_are_divided_among_the_workers_where_cells_name_no_number(int workers, int threads, int each)
    {
        SweepFolder sweep = Plan(options => options["threads"] = null);
        var (code, output, error) = Run("sweep", "run", sweep.Path, "--workers", Text(workers), "--threads", Text(threads));
        code.Should().Be(0, output + error);
        foreach (Trial trial in sweep.Plan.Trials)
            sweep.ReadResult(trial)!["threads"]!.GetValue<int>().Should().Be(each);
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void A_cell_that_names_its_threads_has_those()
    {
        SweepFolder sweep = Plan(options => options["threads"] = 2);
        Run("sweep", "run", sweep.Path, "--workers", "2", "--threads", "6").Code.Should().Be(0);
        JsonObject result = sweep.ReadResult(sweep.Plan.Trials[0])!;
        result["threads"]!.GetValue<int>().Should().Be(2);
        result["dataSha256"]!.ToString().Should().MatchRegex("^[0-9a-f]{64}$");
    }

    /// <summary>The owner, on another machine, beats no more; the lease runs out after the seconds that its owner named.</summary>
    [Trait("Category", "Slow")]
    [Fact]
    public void A_numbered_cell_that_a_dead_machine_holds_is_waited_for_and_a_runner_of_all_cells_leaves_it()
    {
        SweepFolder sweep = Plan(_ => { });
        sweep.TryLease(sweep.Plan.Trials[0])!.Dispose();
        string lease = folder[$"own/leases/{sweep.Plan.Trials[0]}.1.json"];
        JsonObject owner = JsonNode.Parse(File.ReadAllText(lease))!.AsObject();
        owner["state"] = "held";
        owner["host"] = "elsewhere";
        owner["staleAfterSeconds"] = 60;
        File.WriteAllText(lease, owner.ToJsonString());

        var (code, output, error) = Run("sweep", "run", sweep.Path);
        code.Should().Be(0, output + error);
        output.Should().Contain("2 trials: 1 done, 1 running");

        owner["staleAfterSeconds"] = 6;
        File.WriteAllText(lease, owner.ToJsonString());
        (code, output, error) = Run("sweep", "run", sweep.Path, "--index", "0", "--stale-after", "6");
        code.Should().Be(0, output + error);
        sweep.Status().Count(TrialState.Done).Should().Be(2);
        (DateTime.UtcNow - File.GetLastWriteTimeUtc(lease)).Should()
            .BeGreaterThan(TimeSpan.FromSeconds(6), "nobody touched the lease while it held");
    }

    /// <summary>Two trials of the smallest searches.</summary>
    private SweepFolder Plan(Action<JsonObject> change)
    {
        SweepFolder planned = PaperTablesProcess.Plan(folder["sweep"], "figure1", "--scale", "smoke", "--seeds", "1");
        return SweepFolder.Create(folder["own"], new SweepPlan([], [new SweepGroup("all", [.. planned.Plan.Trials.Select(trial =>
        {
            JsonObject options = trial.Options.DeepClone().AsObject();
            options["epochs"] = 1;
            change(options);
            return new Trial(options);
        })])]));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
