using System.Diagnostics;
using System.Text.Json.Nodes;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Sweeps;

/// <summary>What others write where claims on trials stand: nobody waits for it, and it holds at most its own trial, for a day.</summary>
public sealed class HostileClaimTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SweepFolder sweep;

    public HostileClaimTests() => sweep = SweepFolder.Create(folder.Path, FakeSweep.Plan(3));

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("1e300")]
    [InlineData("-1e300")]
    [InlineData("86401")]
    [InlineData("0")]
    public void Seconds_beyond_any_use_hold_a_trial_for_a_day_at_most(string seconds)
    {
        string file = Claim(1, owner => owner["staleAfterSeconds"] = JsonNode.Parse(seconds));
        Status().Should().Be("1");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-25));
        using TrialLease? lease = sweep.TryLease(sweep.Plan.Trials[0]);
        lease!.Attempt.Should().Be(2);
    }

    [Fact]
    public void A_heartbeat_in_the_future_holds_nothing()
    {
        string file = Claim(1, _ => { });
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddYears(50));
        using TrialLease? lease = sweep.TryLease(sweep.Plan.Trials[0]);
        lease!.Attempt.Should().Be(2);
    }

    [Theory]
    [InlineData("2147483647")]
    [InlineData("2147483648")]
    [InlineData("99999999999999999999")]
    [InlineData("3")]
    [InlineData("01")]
    [InlineData("-1")]
    [InlineData("x")]
    public void A_number_beyond_the_series_of_attempts_is_no_attempt(string number)
    {
        File.Copy(Claim(1, owner => owner["state"] = "free"), folder[$"leases/{sweep.Plan.Trials[0]}.{number}.json"]);
        using (TrialLease? lease = sweep.TryLease(sweep.Plan.Trials[0]))
            lease!.Attempt.Should().Be(2);
        sweep.StatusOf(0).Attempts.Should().Be(number == "3" ? 3 : 2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"host":"\ud800"}""")]
    [InlineData("""{"host":null,"kernel":"","process":1,"processStarted":"2020-01-01","staleAfterSeconds":1,"state":""}""")]
    public void A_claim_that_says_nothing_is_void_after_seconds(string content)
    {
        string file = Claim(1, _ => { });
        File.WriteAllText(file, content);
        IsVoid(file);
        File.WriteAllBytes(file, new byte[1 << 20]);
        IsVoid(file, attempt: 3);
    }

    [LinuxFact("Pipes in the file system are those of Linux.")]
    public void A_pipe_a_folder_a_link_to_nothing_and_an_endless_file_are_void_claims_for_which_nobody_waits()
    {
        string file = folder[$"leases/{sweep.Plan.Trials[0]}.1.json"];
        Process.Start("mkfifo", file).WaitForExit();
        IsVoid(file);
        Directory.CreateDirectory(folder[$"leases/{sweep.Plan.Trials[0]}.3.json"]);
        IsVoid(folder[$"leases/{sweep.Plan.Trials[0]}.3.json"], attempt: 4);
        File.CreateSymbolicLink(folder[$"leases/{sweep.Plan.Trials[0]}.5.json"], "/dev/zero");
        Task.Run(() => sweep.Status()).Wait(TimeSpan.FromSeconds(20)).Should().BeTrue("nobody reads it");
    }

    [Fact]
    public void A_sweep_names_its_trials_by_hashes_and_no_paths()
    {
        string file = folder["sweep.json"], text = File.ReadAllText(file);
        folder.Write("secret.json", "{}"u8.ToArray());
        File.WriteAllText(file, text.Replace(sweep.Plan.Trials[0].Hash, "../secret"));
        FluentActions.Invoking(() => SweepFolder.Open(folder.Path)).Should().Throw<InvalidDataException>()
            .WithMessage("*'../secret' is no name of a trial; expected 16 hexadecimal digits*");
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(86_401)]
    public void A_runner_asks_for_a_second_to_a_day(double seconds) =>
        FluentActions.Invoking(() => SweepFolder.Open(folder.Path, TimeSpan.FromSeconds(seconds)))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("Expected 1 second to 1 day*");

    private void IsVoid(string file, int attempt = 2)
    {
        if (File.Exists(file))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(-10));
        else
            Directory.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(-10));
        Task<int?> taken = Task.Run(() =>
        {
            using TrialLease? lease = sweep.TryLease(sweep.Plan.Trials[0]);
            return lease?.Attempt;
        });
        taken.Wait(TimeSpan.FromSeconds(20)).Should().BeTrue("nobody waits");
        taken.Result.Should().Be(attempt);
        Status().Should().Be($"{attempt}");
    }

    /// <summary>The attempts of the first trial; the others are open to all.</summary>
    private string Status()
    {
        sweep.Status().Trials.Skip(1).Should().OnlyContain(trial => trial.State == TrialState.Open);
        using TrialLease? other = sweep.TryLease(sweep.Plan.Trials[1]);
        other.Should().NotBeNull();
        File.Delete(folder[$"leases/{sweep.Plan.Trials[1]}.1.json"]);
        return $"{sweep.StatusOf(0).Attempts}";
    }

    /// <summary>A claim of another machine on the first trial.</summary>
    private string Claim(int attempt, Action<JsonObject> change)
    {
        sweep.TryLease(sweep.Plan.Trials[0])!.Dispose();
        string file = folder[$"leases/{sweep.Plan.Trials[0]}.{attempt}.json"];
        JsonObject owner = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        owner["state"] = "held";
        owner["host"] = "elsewhere";
        change(owner);
        File.WriteAllText(file, owner.ToJsonString());
        return file;
    }
}
