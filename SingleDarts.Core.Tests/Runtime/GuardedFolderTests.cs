using System.Diagnostics;
using System.Runtime.Versioning;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Tests.Runtime;

public sealed class GuardedFolderTests : IDisposable
{
    private const string Secret = "ssh-ed25519 mine\n";
    private readonly TemporaryFolder temporary = new();
    private readonly GuardedFolder folder;

    public GuardedFolderTests()
    {
        Directory.CreateDirectory(temporary["inside/sub"]);
        folder = new GuardedFolder(temporary["inside"]);
        temporary.Write("outside/authorized_keys", System.Text.Encoding.UTF8.GetBytes(Secret));
    }

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void Files_are_written_added_to_and_replaced()
    {
        folder.CreateFolder("a/b").Should().Be(temporary["inside/a/b"]);
        folder.AppendLine("a/b/lines", "one");
        folder.AppendLine("a/b/lines", "two");
        File.ReadAllText(temporary["inside/a/b/lines"]).Should().Be("one\ntwo\n");
        folder.Write("a/b/lines", "three");
        folder.Write("a/whole", stream => stream.Write("whole"u8));
        File.ReadAllText(folder.PathOf("a/b/lines")).Should().Be("three");
        File.ReadAllText(temporary["inside/a/whole"]).Should().Be("whole");
        Directory.GetFiles(temporary["inside/a"]).Should().ContainSingle();
    }

    [LinuxTheory("Making symbolic links needs a privilege elsewhere.")]
    [InlineData("outside/authorized_keys")]
    [InlineData("outside/not-yet-there")]
    public void A_link_is_refused_by_name_and_nothing_is_written_through_it(string target)
    {
        File.CreateSymbolicLink(temporary["inside/sub/file"], temporary[target]);
        string message = $"'{temporary["inside/sub/file"]}' is a symbolic link to '{temporary[target]}'*link the whole folder*";
        foreach (Action attack in new Action[]
        {
            () => folder.Write("sub/file", "mine"), () => folder.AppendLine("sub/file", "mine"), () => folder.PathOf("sub/file"),
            () => folder.Write("sub/file", stream => stream.WriteByte(1)), () => folder.CreateFolder("sub/file"),
            () => folder.CreateFolder("sub/file/deeper"), () => GuardedFolder.WriteFile(temporary["inside/sub/file"], _ => { }),
        })
            attack.Should().Throw<IOException>().WithMessage(message);
        RequireUntouched();
    }

    [LinuxFact("Making symbolic links needs a privilege elsewhere.")]
    public void A_linked_folder_is_refused_for_what_is_below_it()
    {
        Directory.CreateSymbolicLink(temporary["inside/logs"], "../outside");
        folder.Invoking(f => f.Write("logs/new", "mine")).Should().Throw<IOException>().WithMessage("*inside/logs' is a symbolic link*");
        folder.Invoking(f => f.AppendLine("logs/authorized_keys", "mine")).Should().Throw<IOException>();
        folder.Invoking(f => f.CreateFolder("logs/deeper")).Should().Throw<IOException>();
        RequireUntouched();
    }

    [LinuxFact("Making symbolic links needs a privilege elsewhere.")]
    public void The_folder_itself_and_those_above_may_be_links()
    {
        Directory.CreateSymbolicLink(temporary["scratch"], temporary["inside"]);
        new GuardedFolder(temporary["scratch"]).Write("sub/file", "one");
        new GuardedFolder(temporary["scratch/sub/"]).Write("file", "two");
        File.ReadAllText(temporary["inside/sub/file"]).Should().Be("two");
    }

    /// <summary>All lead into the temporary folder, so that a wrong implementation harms nothing else.</summary>
    [Theory]
    [InlineData("../outside/authorized_keys")]
    [InlineData("sub/../../outside/authorized_keys")]
    [InlineData("../inside-not")]
    [InlineData("{0}/outside/authorized_keys")]
    public void A_name_that_leads_out_is_refused(string pattern)
    {
        string name = string.Format(pattern, temporary.Path);
        folder.Invoking(f => f.Write(name, "mine")).Should().Throw<IOException>().WithMessage($"*'{name}' leads out of the folder*");
        RequireUntouched();
        Directory.GetFileSystemEntries(temporary.Path).Should().HaveCount(2);
    }

    [LinuxFact("Only there is the number of names known.")]
    public void A_file_with_a_second_name_elsewhere_is_not_added_to_but_can_be_replaced()
    {
        Process.Start("ln", [temporary["outside/authorized_keys"], temporary["inside/sub/file"]]).WaitForExit();
        folder.Invoking(f => f.AppendLine("sub/file", "mine")).Should().Throw<IOException>().WithMessage("*2 names (hard links)*copy*");
        RequireUntouched();
        folder.Write("sub/file", "mine");
        RequireUntouched();
    }

    [LinuxFact("Only there are pipes known.")]
    public void A_pipe_is_refused_and_not_waited_for()
    {
        Process.Start("mkfifo", [temporary["inside/sub/file"]]).WaitForExit();
        folder.Invoking(f => f.PathOf("sub/file")).Should().Throw<IOException>().WithMessage("*neither a file nor a folder*remove it*");
    }

    [UnsupportedOSPlatform("windows")]
    [LinuxFact("Windows has other permissions.")]
    public void A_private_file_stays_private_when_it_is_replaced()
    {
        folder.Write("sub/file", "one");
        File.SetUnixFileMode(temporary["inside/sub/file"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        folder.Write("sub/file", "two");
        File.GetUnixFileMode(temporary["inside/sub/file"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private void RequireUntouched()
    {
        File.ReadAllText(temporary["outside/authorized_keys"]).Should().Be(Secret);
        Directory.GetFileSystemEntries(temporary["outside"]).Should().ContainSingle();
        Directory.GetFiles(temporary["inside"], "*.tmp", SearchOption.AllDirectories).Should().BeEmpty();
    }
}
