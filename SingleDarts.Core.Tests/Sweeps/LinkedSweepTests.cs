using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Sweeps;

/// <summary>Sweep folders of somebody else, in which a fixed name is a symbolic link to a file of the user.</summary>
public sealed class LinkedSweepTests : IDisposable
{
    private const string Secret = "ssh-ed25519 mine\n";
    private readonly TemporaryFolder folder = new();
    private readonly SweepFolder sweep;

    public LinkedSweepTests()
    {
        sweep = SweepFolder.Create(folder["sweep"], FakeSweep.Plan(2));
        folder.Write("outside/private", System.Text.Encoding.UTF8.GetBytes(Secret));
    }

    public void Dispose() => folder.Dispose();

    [LinuxTheory("Making symbolic links needs a privilege elsewhere.")]
    [InlineData("sweep.json")]
    [InlineData("trials")]
    [InlineData("leases")]
    [InlineData("done")]
    [InlineData("failed")]
    [InlineData("done/{0}.json")]
    [InlineData("failed/{0}.json")]
    [InlineData("trials/{0}.json")]
    public async Task Nothing_is_written_through_a_link_and_it_is_named(string name)
    {
        string file = folder["sweep/" + string.Format(name, sweep.Plan.Trials[0].Hash)];
        bool isFolder = !name.EndsWith(".json", StringComparison.Ordinal);
        if (Directory.Exists(file))
            Directory.Delete(file, recursive: true);
        File.Delete(file);
        File.CreateSymbolicLink(file, folder[isFolder ? "outside" : "outside/private"]);

        async Task<SweepStatus> Run() => await new SweepRunner(SweepFolder.Open(sweep.Path), (context, token) =>
            FakeSweep.RunAsync(context, TimeSpan.FromMilliseconds(1), token)).RunAsync();
        string message = (await FluentActions.Awaiting(Run).Should().ThrowAsync<IOException>()).Which.Message;
        message.Should().Contain($"'{file}' is a symbolic link to").And.NotContain("ssh-ed25519");
        File.ReadAllText(folder["outside/private"]).Should().Be(Secret);
        Directory.GetFileSystemEntries(folder["outside"]).Should().ContainSingle();
    }

    [LinuxTheory("Making symbolic links needs a privilege elsewhere.")]
    [InlineData("running", 2)]
    [InlineData("running/{0}", 1)]
    public async Task A_trial_whose_folder_is_a_link_fails_and_runs_nowhere(string name, int failed)
    {
        string file = folder["sweep/" + string.Format(name, sweep.Plan.Trials[0].Hash)];
        if (Directory.Exists(file))
            Directory.Delete(file, recursive: true);
        File.CreateSymbolicLink(file, folder["outside"]);
        SweepStatus status = await new SweepRunner(sweep, (context, token) =>
            FakeSweep.RunAsync(context, TimeSpan.FromMilliseconds(1), token)).RunAsync();
        status.Count(TrialState.Failed).Should().Be(failed);
        status.Trials[0].Message.Should().Contain($"'{file}' is a symbolic link to '{folder["outside"]}'");
        Directory.GetFileSystemEntries(folder["outside"]).Should().ContainSingle();
    }

    [LinuxFact("Making symbolic links needs a privilege elsewhere.")]
    public async Task A_linked_log_is_neither_written_nor_copied_and_stops_no_other_trial()
    {
        Trial first = sweep.Plan.Trials[0];
        File.CreateSymbolicLink(sweep.RunLog(first), folder["outside/private"]);
        SweepStatus status = await new SweepRunner(sweep, (context, token) =>
            FakeSweep.RunAsync(context, TimeSpan.FromMilliseconds(1), token)).RunAsync();
        status.ToString().Should().Be("2 trials: 1 done, 1 failed");
        status.Trials[0].Message.Should().Contain($"{first.Hash}.log' is a symbolic link to '{folder["outside/private"]}'");
        File.ReadAllText(sweep.FailureLog(first)).Should().Contain("is a symbolic link").And.NotContain("ssh-ed25519");
        File.ReadAllText(folder["outside/private"]).Should().Be(Secret);
    }

    [LinuxFact("Making symbolic links needs a privilege elsewhere.")]
    public async Task A_log_that_becomes_a_link_while_the_trial_runs_is_not_copied()
    {
        Trial first = sweep.Plan.Trials[0];
        TrialOutcome outcome = await new SweepRunner(sweep, (context, _) =>
        {
            File.Delete(Path.Combine(sweep.Path, "running", first.Hash + ".log"));
            File.CreateSymbolicLink(Path.Combine(sweep.Path, "running", first.Hash + ".log"), folder["outside/private"]);
            throw new InvalidOperationException("no luck");
        }).RunAsync(first);
        outcome.Should().Be(TrialOutcome.Failed);
        sweep.Status().Trials[0].Message.Should().Be("no luck");
        File.ReadAllText(sweep.FailureLog(first)).Should().Contain("no luck").And.Contain("The log cannot be read").And.NotContain(Secret);
    }

    [Fact]
    public void A_trial_whose_name_leads_out_of_the_folder_is_refused()
    {
        string file = folder["sweep/sweep.json"];
        File.WriteAllText(file, File.ReadAllText(file).Replace(sweep.Plan.Trials[0].Hash, "../../outside/private"));
        FluentActions.Invoking(() => SweepFolder.Open(sweep.Path)).Should().Throw<InvalidDataException>()
            .WithMessage("*'../../outside/private' is no name of a trial*");
    }

    [LinuxFact("Making symbolic links needs a privilege elsewhere.")]
    public void A_lease_that_becomes_a_link_is_not_written_through()
    {
        using (TrialLease lease = sweep.TryLease(sweep.Plan.Trials[0])!)
        {
            string file = Directory.GetFiles(folder["sweep/leases"]).Single();
            File.Delete(file);
            File.CreateSymbolicLink(file, folder["outside/private"]);
        }
        File.ReadAllText(folder["outside/private"]).Should().Be(Secret);
    }
}
