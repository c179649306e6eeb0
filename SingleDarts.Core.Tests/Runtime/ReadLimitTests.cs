using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using SingleDarts.Core.Data;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Runtime;

public sealed class ReadLimitTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_table_of_the_documentation_has_every_limit_with_its_variable()
    {
        string[] rows = [.. Repository.Read("docs/reference/limits.md").Split('\n').Where(line => line.StartsWith("| `"))];
        rows.Select(row => row.Split('|')[1].Trim() + row.Split('|')[2].Trim()).Should()
            .Equal(ReadLimits.All.Select(limit => $"`{limit.Name}``{limit.Variable}`"));
        foreach (var (row, limit) in rows.Zip(ReadLimits.All).Skip(1))
            row.Should().Contain($"| {limit.Value:N0} {limit.Unit} |");
        ReadLimits.All.Should().HaveCount(typeof(ReadLimits).GetProperties().Count(p => p.PropertyType == typeof(ReadLimit)));
        ReadLimits.TensorBytes.Value.Should().BeInRange(1L << 28, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
    }

    [Fact]
    public void A_limit_is_raised_or_lowered_by_its_variable()
    {
        folder.Write("options.json", "{}"u8.ToArray());
        string variable = ReadLimits.JsonBytes.Variable;
        Bomb.Run("run", folder.Path, (variable, "2")).Said.Should().StartWith("read");
        Bomb.Run("run", folder.Path, (variable, "1")).Said.Should()
            .Contain("options.json has 2 bytes; expected at most 1 bytes").And.Contain($"environment variable {variable}");
        Bomb.Run("run", folder.Path, (variable, "4 MB")).Said.Should()
            .Contain($"{variable} is '4 MB'; expected a whole number of bytes, 1 or more");
    }

    /// <summary>An options file that claims 9,000 nodes took gigabytes for the 40 million edges.</summary>
    [Fact]
    public void Cells_and_genotypes_beyond_any_use_are_refused()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => new CellTopology(1, 9_000, CellOutput.LastNode)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("A cell of 9001 nodes is declared; expected at most 256 nodes*SINGLEDARTS_MAX_CELL_NODES*");
        FluentActions.Invoking(() => new CellTopology(2, int.MaxValue, CellOutput.LastNode)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Genotype.Parse(new string('|', 1_000_000))).Should().Throw<FormatException>()
            .WithMessage("The text of a genotype has 1000000 characters; expected at most 65536 characters*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(10 << 20);
        new CellTopology(2, 254, CellOutput.LastNode).Edges.Should().HaveCount(256 * 255 / 2 - 1);
    }

    /// <summary>Opening a pipe waits for a writer, who never comes.</summary>
    [LinuxFact("Pipes in the file system are those of Linux.")]
    public void A_pipe_where_a_file_should_be_is_refused_by_every_reader()
    {
        Pipe("table.csv");
        Pipe("images");
        Pipe("data.bin");
        Pipe("run/options.json");
        Pipe("sweep/sweep.json");
        Pipe("set/a/0.png");
        folder.Write("set/b/0.png", TestImages.Encode(4, 4));
        Action[] readers =
        [
            () => NasBench201Table.Load(folder["table.csv"]),
            () => IdxFiles.Load(folder["images"], folder["images"]),
            () => CifarBinary.Load10(folder["data.bin"]),
            () => SafeTensorsFile.Read(folder["data.bin"]),
            () => RecordedRun.Open(folder["run"]),
            () => SweepFolder.Open(folder["sweep"]),
            () => ImageFolder.Load(folder["set"], new() { UseCache = false }),
        ];
        foreach (Action read in readers)
            Task.Run(() => read.Should().Throw<Exception>().Which.Should().Match(e => e is IOException || e is InvalidDataException))
                .Wait(TimeSpan.FromSeconds(20)).Should().BeTrue("no reader waits");
    }

    [Theory]
    [InlineData("""{"name": "\ud800"}""", "half of a surrogate pair")]
    [InlineData("""{"\udc00": 1}""", "half of a surrogate pair")]
    [InlineData("""{"a": {"b": 1, "b": 2}}""", "b")]
    [InlineData("""{"a": 1} x""", "x")]
    public void Json_that_cannot_be_read_to_its_end_is_refused_at_once(string json, string message)
    {
        string file = folder.Write("a.json", System.Text.Encoding.UTF8.GetBytes(json));
        FluentActions.Invoking(() => BoundedFile.ReadJson(file)).Should().Throw<JsonException>().WithMessage($"*{message}*");
        FluentActions.Invoking(() => BoundedFile.ParseJson(json)).Should().Throw<JsonException>().WithMessage($"*{message}*");
    }

    [Fact]
    public void Json_with_a_mark_of_its_encoding_and_pairs_of_surrogates_is_read()
    {
        string file = folder.Write("a.json", [0xEF, 0xBB, 0xBF, .. """{"a": "\ud83d\ude00"}"""u8]);
        BoundedFile.ReadJson(file)!["a"]!.GetValue<string>().Should().Be("😀");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a\n")]
    [InlineData("a\r\n\r\nb\n\n\nc")]
    [InlineData("\n")]
    public void Lines_are_those_of_the_framework(string text)
    {
        string file = folder.Write("lines", System.Text.Encoding.UTF8.GetBytes(text + new string('x', 20_000) + "\n" + text));
        BoundedFile.ReadLines(file, ReadLimits.RecordBytes, ReadLimits.LineCharacters).Should().Equal(File.ReadLines(file));
    }

    /// <summary>Foreign text meets no expression that can be made to backtrack.</summary>
    [Fact]
    public void Every_regular_expression_takes_linear_time()
    {
        string[] sources = [.. Repository.Files("*.cs", "SingleDarts.Core").Concat(Repository.Files("*.cs", "samples/PaperTables"))
            .Select(Repository.Read)];
        string[] declared = [.. sources.SelectMany(source =>
            Regex.Matches(source, @"\[GeneratedRegex\(.*?\]\r?\n\s+private", RegexOptions.Singleline)).Select(match => match.Value)];
        declared.Should().HaveCountGreaterThan(4).And.OnlyContain(text => text.Contains("RegexOptions.NonBacktracking"));
        declared.Should().HaveCount(sources.Sum(source => Regex.Count(source, "GeneratedRegex")), "none is overlooked");
        sources.Where(source => Regex.IsMatch(source, @"new Regex\(|\bRegex\.\w+\(")).Should().BeEmpty();
    }

    private void Pipe(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        Process.Start("mkfifo", folder[name]).WaitForExit();
    }
}
