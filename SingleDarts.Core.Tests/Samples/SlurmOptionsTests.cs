using PaperTables.Slurm;

namespace SingleDarts.Core.Tests.Samples;

public class SlurmOptionsTests
{
    [Theory]
    [InlineData("90", 5400)]
    [InlineData("90:30", 5430)]
    [InlineData("01:30:05", 5405)]
    [InlineData("2-12", 216000)]
    [InlineData("2-12:30", 217800)]
    [InlineData("2-12:30:05", 217805)]
    [InlineData("1:2:3:4", null)]
    [InlineData("4h", null)]
    [InlineData("", null)]
    public void Time_limits_are_read_as_sbatch_documents_them(string time, int? seconds) => SlurmOptions.Seconds(time).Should().Be(seconds);

    [Fact]
    public void All_faults_are_listed_at_once()
    {
        var options = new SlurmOptions
        {
            Throttle = 0, Time = "4h", Memory = "8 G", Cpus = 0, Gpus = -1, Partition = "a;b", Account = "", Grace = -1,
                Others = ["qos=long", "--comment=a\n#SBATCH --hold"],
        };
        string message = FluentActions.Invoking(options.Validate).Should().Throw<ArgumentException>().Which.Message;
        foreach (string option in new[] { "--throttle", "--time", "--mem", "--cpus", "--gpus", "--partition", "--account", "--grace",
            "'qos=long'", "'--comment" })
            message.Should().Contain(option);
    }

    [Fact]
    public void A_time_limit_within_the_grace_is_refused_because_Slurm_would_signal_at_once()
    {
        new SlurmOptions { Time = "00:02:01" }.Validate();
        FluentActions.Invoking(new SlurmOptions { Time = "00:02:00" }.Validate).Should().Throw<ArgumentException>()
            .WithMessage("*--grace 120 s*Lower --grace*");
    }
}
