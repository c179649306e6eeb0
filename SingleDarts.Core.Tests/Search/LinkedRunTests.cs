using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Search;

namespace SingleDarts.Core.Tests.Search;

/// <summary>Run folders of somebody else, in which a fixed name is a symbolic link to a file of the user.</summary>
public class LinkedRunTests
{
    private const string Secret = "ssh-ed25519 mine\n";

    public static TheoryData<string> Names =>
        ["options.json", "epochs.jsonl", "genotype.json", ".lock", "checkpoint", "checkpoint/latest.safetensors",
            "checkpoint/previous.safetensors", "checkpoint/new.safetensors", "diagnostics", "diagnostics/operation-gradients.jsonl"];

    [LinuxTheory("Making symbolic links needs a privilege elsewhere.")]
    [MemberData(nameof(Names))]
    public async Task A_search_that_goes_on_writes_nothing_through_it_and_shows_nothing_of_it(string name)
    {
        using var folder = new TemporaryFolder();
        using ClassificationDataset data = Small.Data(samples: 20);
        ArchitectureSearch search = Small.Search(data).For(2, 10).ObservedBy(new OperationGradients());
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => search.SavingTo(folder["run"]).ReportingTo(Immediately.At(3, stop.Cancel)).RunAsync(stop.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        string target = Replace(folder, name);

        Exception refusal = (await FluentActions.Awaiting(() => search.ResumingFrom(folder["run"]).RunAsync())
            .Should().ThrowAsync<IOException>()).Which;
        refusal.Message.Should().Contain($"{folder["run/" + name]}' is a symbolic link to '{target}'").And.NotContain("ssh-ed25519");
        File.ReadAllText(folder["outside/authorized_keys"]).Should().Be(Secret);
        Directory.GetFileSystemEntries(folder["outside"]).Should().ContainSingle();
    }

    [LinuxTheory("Making symbolic links needs a privilege elsewhere.")]
    [InlineData("options.json")]
    [InlineData("epochs.jsonl")]
    [InlineData("diagnostics/operation-gradients.jsonl")]
    public void A_reader_of_the_folder_shows_nothing_of_it(string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write("run/options.json", "{}"u8.ToArray());
        string target = Replace(folder, name);
        FluentActions.Invoking(() => RecordedRun.Open(folder["run"]).Records<OperationGradientsRecord>("operation-gradients"))
            .Should().Throw<IOException>().WithMessage($"'{folder["run/" + name]}' is a symbolic link to '{target}'*");
    }

    private static string Replace(TemporaryFolder folder, string name)
    {
        bool isFolder = name is "checkpoint" or "diagnostics";
        folder.Write("outside/authorized_keys", System.Text.Encoding.UTF8.GetBytes(Secret));
        Directory.CreateDirectory(Path.GetDirectoryName(folder["run/" + name])!);
        if (Directory.Exists(folder["run/" + name]))
            Directory.Delete(folder["run/" + name], recursive: true);
        File.Delete(folder["run/" + name]);
        string target = folder[isFolder ? "outside" : "outside/authorized_keys"];
        File.CreateSymbolicLink(folder["run/" + name], target);
        return target;
    }
}
