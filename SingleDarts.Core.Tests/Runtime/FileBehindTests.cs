using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Tests.Runtime;

public sealed class FileBehindTests : IDisposable
{
    private const string Links = "Making symbolic links needs a privilege elsewhere, and the time of change is Linux's.";
    private static readonly DateTime Old = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
    private readonly TemporaryFolder folder = new();

    public FileBehindTests()
    {
        Directory.CreateDirectory(folder["real/inner"]);
        Write("real/inner/file", new byte[1000]);
        Directory.CreateDirectory(folder["elsewhere/deep"]);
        File.CreateSymbolicLink(folder["link"], "real/inner/file");
        File.CreateSymbolicLink(folder["chain"], folder["link"]);
        File.CreateSymbolicLink(folder["elsewhere/deep/up"], "../../real/inner/file");
        Directory.CreateSymbolicLink(folder["linked"], "elsewhere/deep");
        File.CreateSymbolicLink(folder["broken"], "nowhere");
        File.CreateSymbolicLink(folder["broken-chain"], "broken");
        File.CreateSymbolicLink(folder["loop"], "loop");
        Directory.CreateSymbolicLink(folder["gone"], "/no/such/folder");
    }

    public void Dispose() => folder.Dispose();

    [LinuxFact(Links)]
    public void A_chain_a_relative_link_and_a_link_within_a_linked_folder_lead_to_the_same_file()
    {
        FileBehind file = FileBehind.Of(folder["real/inner/file"]);
        file.Length.Should().Be(1000);
        foreach (string path in new[] { "link", "chain", "elsewhere/deep/up", "linked/up" })
            FileBehind.Of(folder[path]).Should().Be(file, path);
    }

    [LinuxFact(Links)]
    public void A_link_to_nothing_is_named_wherever_it_stands_in_the_path()
    {
        foreach (var (path, link, target) in new[]
        {
            ("broken", "broken", "nowhere"), ("broken-chain", "broken-chain", "broken"), ("loop", "loop", "loop"),
                ("gone/a/b.png", "gone", "/no/such/folder"),
        })
            foreach (Action<string> action in new Action<string>[] { FileBehind.RefuseBroken, p => FileBehind.Of(p) })
                FluentActions.Invoking(() => action(folder[path])).Should().Throw<FileNotFoundException>()
                    .WithMessage($"'{folder[link]}' is a symbolic link to '{target}', which does not exist*");
        foreach (string path in new[] { "link", "chain", "linked", "linked/up", "linked/none", "none" })
            FileBehind.RefuseBroken(folder[path]);
        FluentActions.Invoking(() => FileBehind.Of(folder["none"])).Should().Throw<FileNotFoundException>().WithMessage("*none*");
    }

    [LinuxFact(Links)]
    public void The_stamp_changes_with_every_way_to_exchange_a_file_for_one_of_the_same_size_and_modification_time()
    {
        string file = folder["real/inner/file"], other = folder["real/other"];
        Write("real/other", [.. Enumerable.Repeat((byte)7, 1000)]);
        string last = FileBehind.Of(folder["chain"]).Stamp;

        Changes("written in place", () => Write("real/inner/file", [.. Enumerable.Repeat((byte)9, 1000)]));
        Changes("another file moved over it", () => File.Move(other, file, overwrite: true));
        Write("real/other", new byte[1000]);
        Changes("the link led elsewhere", () =>
        {
            File.Delete(folder["link"]);
            File.CreateSymbolicLink(folder["link"], "real/other");
        });
        FileBehind.Of(folder["chain"]).Stamp.Should().Be(last, "nothing was changed");

        void Changes(string how, Action change)
        {
            // More than a tick of the file system's clock.
            Thread.Sleep(20);
            change();
            FileBehind found = FileBehind.Of(folder["chain"]);
            found.Length.Should().Be(1000);
            found.Stamp.Should().NotBe(last, how);
            last = found.Stamp;
        }
    }

    private void Write(string name, byte[] content)
    {
        File.WriteAllBytes(folder[name], content);
        File.SetLastWriteTimeUtc(folder[name], Old);
    }
}
