using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Tests.Runtime;

public class AtomicFileTests
{
    [Fact]
    public void A_writer_that_throws_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a"], "old");
        FluentActions.Invoking(() => AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write("half"u8);
            stream.Flush();
            throw new FormatException("no more");
        })).Should().Throw<FormatException>().WithMessage("no more");
        File.ReadAllText(folder["a"]).Should().Be("old");
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(folder["a"]);
    }

    [Fact]
    public void The_old_file_stands_until_the_new_one_is_whole()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a"], "old");
        AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            File.ReadAllText(folder["a"]).Should().Be("old");
        });
        File.ReadAllText(folder["a"]).Should().Be("new");
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_named_with_the_remedy()
    {
        using var folder = new TemporaryFolder();
        FluentActions.Invoking(() => AtomicFile.Write(folder["none/a"], "text")).Should().Throw<IOException>()
            .WithMessage($"{folder["none/a"]} cannot be written: *untouched*make the folder*");
        Directory.CreateDirectory(folder["b"]);
        FluentActions.Invoking(() => AtomicFile.Write(folder["b"], "text")).Should().Throw<IOException>()
            .WithMessage($"{folder["b"]} cannot*");
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(folder["b"]);
    }

    [Fact]
    public void Leftovers_of_killed_writers_are_deleted_and_other_files_are_not()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[$"latest.safetensors.{Guid.NewGuid():N}.tmp"], "half");
        foreach (string name in new[] { "mine.tmp", "latest.safetensors", $"{Guid.NewGuid():N}.jsonl" })
            File.WriteAllText(folder[name], "whole");
        AtomicFile.DiscardLeftovers(folder.Path);
        AtomicFile.DiscardLeftovers(folder["none"]);
        Directory.GetFiles(folder.Path).Should().HaveCount(3).And.OnlyContain(file => File.ReadAllText(file) == "whole");
    }
}
