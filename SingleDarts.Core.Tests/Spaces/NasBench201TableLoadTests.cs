using System.IO.Compression;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public sealed class NasBench201TableLoadTests : IDisposable
{
    private const string Header =
        "index,arch,cifar10_valid,cifar10_test,cifar100_valid,cifar100_test,imagenet16_valid,imagenet16_test,params,flops";

    private const string First = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";
    private const string Second = "|none~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|";

    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    private static List<string> Lines() =>
    [
        Header,
        .. NasBench201Genotypes.EnumerateAll().Select((g, i) => $"{15624 - i},{g},1,2,3,4,5,{(i % 100) + 0.25},{i},{2 * i}"),
    ];

    private void Write(IEnumerable<string> lines) => File.WriteAllLines(path, lines);

    private void ShouldBeRefused(IEnumerable<string> lines, string message)
    {
        Write(lines);
        FluentActions.Invoking(() => NasBench201Table.Load(path))
            .Should().Throw<InvalidDataException>().WithMessage($"*'{path}', {message}*");
    }

    private void LineShouldBeRefused(int number, string line, string message)
    {
        var lines = Lines();
        lines[number - 1] = line;
        ShouldBeRefused(lines, $"line {number}: {message}");
    }

    [Fact]
    public void Rows_are_found_by_cell_and_listed_by_index()
    {
        Write(Lines());
        var table = NasBench201Table.Load(path);
        table.Results[15624].Genotype.Should().Be(NasBench201Genotypes.FromIndex(0));
        table[NasBench201Genotypes.FromIndex(1234)].Should().Be(new NasBench201Result(
            15624 - 1234, NasBench201Genotypes.FromIndex(1234), 1, 2, 3, 4, 5, 34.25, 1234, 2468));
        table.Rank(NasBench201Genotypes.FromIndex(98), NasBench201Metric.ImageNet16Test)
            .Should().Be(157, "156 numbers below 15,625 end in 99");
        table.Regret(NasBench201Genotypes.FromIndex(98), NasBench201Metric.ImageNet16Test).Should().Be(1);
    }

    [Fact]
    public void Compression_column_order_extra_columns_and_blank_lines_do_not_matter()
    {
        using (var writer = new StreamWriter(new GZipStream(File.Create(path), CompressionLevel.Fastest)))
            foreach (string line in Lines())
                writer.Write(string.Join(',', line.Split(',').Reverse().Append("more")) + "\r\n\r\n");
        NasBench201Table.Load(path)[NasBench201Genotypes.FromIndex(7)].ImageNet16Test.Should().Be(7.25);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        FluentActions.Invoking(() => NasBench201Table.Load("/no/such.csv"))
            .Should().Throw<FileNotFoundException>().WithMessage("*'/no/such.csv'*cifar10_valid*");

    [Fact]
    public void An_empty_file_is_refused() => ShouldBeRefused([], "line 1: found the file is empty");

    [Fact]
    public void Missing_columns_are_listed_beside_those_found() => ShouldBeRefused(
        ["index,arch,cifar10", .. Lines().Skip(1)],
        "line 1: found the columns index, arch, cifar10; expected also cifar10_valid, cifar10_test");

    [Fact]
    public void A_column_given_twice_is_refused() =>
        ShouldBeRefused([Header + ",params", .. Lines().Skip(1)], "line 1: found the column 'params' 2 times");

    [Fact]
    public void Too_few_rows_are_refused() =>
        ShouldBeRefused(Lines().SkipLast(1), "line 15626: found the end after 15624 rows; expected 15625");

    [Fact]
    public void A_row_too_many_is_refused() =>
        ShouldBeRefused([.. Lines(), Lines()[^1]], "line 15627: found the index 0, already in line 15626");

    [Theory]
    [InlineData("5,|none~0|,1,2,3,4,5,6,7,8", "found the genotype '|none~0|', which is none of the space (it has 1 computed")]
    [InlineData("5,none,1,2,3,4,5,6,7,8", "found the genotype 'none'; expected a cell such as")]
    [InlineData($"15624,{Second},1,2,3,4,5,6,7,8", "found the index 15624, already in line 2")]
    [InlineData($"15623,{First},1,2,3,4,5,6,7,8", $"found the cell '{First}', already in line 2")]
    [InlineData($"15623,{Second},1,2,3,4,5", "found 7 values; expected 10")]
    [InlineData($"15623,{Second},1,x,3,4,5,6,7,8", "found 'x' in column cifar10_test")]
    [InlineData($"15623,{Second},1,2,3,4,5,100.1,7,8", "found '100.1' in column imagenet16_test")]
    [InlineData($"15623,{Second},-1,2,3,4,5,6,7,8", "found '-1' in column cifar10_valid")]
    [InlineData($"15623,{Second},1,2,NaN,4,5,6,7,8", "found 'NaN' in column cifar100_valid")]
    [InlineData($"15623,{Second},1,2,3,4,5,6,7.5,8", "found '7.5' in column params")]
    [InlineData($"15625,{Second},1,2,3,4,5,6,7,8", "found the index '15625'")]
    public void A_damaged_row_is_refused_with_its_line(string line, string message) => LineShouldBeRefused(3, line, message);

    [Fact]
    public void A_cut_off_compressed_file_is_refused()
    {
        using var whole = new MemoryStream();
        using (var writer = new StreamWriter(new GZipStream(whole, CompressionLevel.Fastest)))
            foreach (string line in Lines())
                writer.WriteLine(line);
        byte[] bytes = whole.ToArray();
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        FluentActions.Invoking(() => NasBench201Table.Load(path))
            .Should().Throw<InvalidDataException>().WithMessage($"*'{path}', line *expected*");
    }
}
