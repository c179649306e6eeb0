using System.Text.Json.Nodes;
using PaperTables.Slurm;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Samples;

public class SlurmQueueTests
{
    /// <summary>As Slurm 22.05 printed it, the last two lines after that.</summary>
    private const string Recorded = """
        7                   0                   PENDING             1           JobArrayTaskLimit                                                               
        7                   3                   RUNNING             0           None                                                                            
        7                   2                   COMPLETING          0           None                                                                            
        8                   N/A                 RUNNING             0           None                                                                            
        7                   4                   PENDING             0           Priority                                                                        
        7                   5                   REQUEUE_HOLD        2           job requeued in held state                                                      
        7                   6                   FAILED              0           NonZeroExitCode                                                                 
        CLUSTER: fast
        """;

    private static readonly SubmittedJob Seven = new(7, null, DateTimeOffset.UnixEpoch, "0-8");

    [Fact]
    public void Tasks_are_read_with_their_restarts_and_reasons_and_other_lines_left_out() =>
        QueuedTask.Parse(Recorded).Should().Equal(
            new QueuedTask(7, 0, "PENDING", 1, "JobArrayTaskLimit"), new(7, 3, "RUNNING", 0, "None"), new(7, 2, "COMPLETING", 0, "None"),
            new(7, 4, "PENDING", 0, "Priority"), new(7, 5, "REQUEUE_HOLD", 2, "job requeued in held state"),
            new(7, 6, "FAILED", 0, "NonZeroExitCode"));

    [Fact]
    public void Queue_and_folder_together_say_how_each_cell_stands()
    {
        TrialState[] folder =
        [
            TrialState.Interrupted, TrialState.Done, TrialState.Running, TrialState.Running, TrialState.Open,
            TrialState.Interrupted, TrialState.Failed, TrialState.Interrupted, TrialState.Open, TrialState.Open,
        ];
        Merge(folder, [Seven], QueuedTask.Parse(Recorded)).Should().Equal(
            TrialStanding.Requeued, TrialStanding.Done, TrialStanding.Running, TrialStanding.Running, TrialStanding.Pending,
            TrialStanding.Requeued, TrialStanding.Failed, TrialStanding.Lost, TrialStanding.Lost, TrialStanding.Open);
    }

    [Fact]
    public void No_cell_is_lost_while_the_queue_cannot_be_asked() =>
        Merge([TrialState.Interrupted, TrialState.Open], [Seven], null).Should().Equal(TrialStanding.Interrupted, TrialStanding.Open);

    [Fact]
    public void A_task_of_another_job_of_the_same_index_is_not_ours() =>
        Merge([TrialState.Open], [Seven], [new QueuedTask(6, 0, "RUNNING", 0, "None")]).Should().Equal(TrialStanding.Lost);

    [Fact]
    public void A_cell_that_failed_and_was_submitted_again_waits() =>
        Merge([TrialState.Failed], [Seven], [new QueuedTask(7, 0, "PENDING", 0, "Resources")]).Should().Equal(TrialStanding.Pending);

    [Fact]
    public void Of_two_tasks_of_a_cell_the_running_one_counts() =>
        Merge([TrialState.Running], [Seven, Seven with { Id = 9 }], [new(7, 0, "PENDING", 0, ""), new(9, 0, "RUNNING", 0, "")]).Should()
            .Equal(TrialStanding.Running);

    [Fact]
    public void Accounts_say_how_the_tasks_that_began_ended() =>
        SlurmQueue.ParseAccounts("7_0|TIMEOUT|0:15\n7_1|CANCELLED by 1000|0:0\n7_[2-5%2]|PENDING|0:0\n7|FAILED|1:0\n\n").Should()
            .BeEquivalentTo(new Dictionary<(long Job, int Index), string>
        {
            [(7, 0)] = "TIMEOUT, exit code 0:15",
            [(7, 1)] = "CANCELLED by 1000, exit code 0:0",
        });

    [Fact]
    public void Jobs_are_remembered_with_their_cluster()
    {
        using var sweep = new TemporaryFolder();
        SubmittedJob.ReadAll(sweep.Path).Should().BeEmpty();
        Directory.CreateDirectory(sweep["slurm"]);
        SubmittedJob[] jobs = [Seven, new(8, "fast", DateTimeOffset.UtcNow, "3")];
        foreach (SubmittedJob job in jobs)
            job.AppendTo(sweep.Path);
        SubmittedJob.ReadAll(sweep.Path).Should().Equal(jobs);

        File.AppendAllText(sweep["slurm/jobs.jsonl"], "{\"id\": 9, \"arr");
        FluentActions.Invoking(() => SubmittedJob.ReadAll(sweep.Path)).Should().Throw<InvalidDataException>()
            .WithMessage("*jobs.jsonl, line 3*Delete the line*");
    }

    [Theory]
    [InlineData("123\n", 123, null)]
    [InlineData("123;fast\n", 123, "fast")]
    [InlineData("sbatch: a word from the site\n123\n", 123, null)]
    public void The_answer_of_sbatch_is_read(string answer, long id, string? cluster) => SubmittedJob.ParseAnswer(answer).Should()
        .Be((id, cluster));

    [Fact]
    public void Another_answer_of_sbatch_is_shown() =>
        FluentActions.Invoking(() => SubmittedJob.ParseAnswer("Submitted")).Should().Throw<FormatException>().WithMessage("*'Submitted'*");

    private static IEnumerable<TrialStanding> Merge(TrialState[] folder, SubmittedJob[] jobs, IReadOnlyList<QueuedTask>? queue) =>
        TrialInQueue.Merge(
        [.. folder.Select((state, i) => new TrialStatus(i, new Trial(new JsonObject { ["i"] = i }), state, 1, null, null))], jobs, queue)
            .Select(trial => trial.Standing);
}
