using System.IO.Compression;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
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

    /// <summary>A table whose accuracies are chance for cells without a path, and otherwise equal but for the last.</summary>
    internal static List<string> Lines() =>
    [
        Header,
        .. NasBench201Genotypes.EnumerateAll().Select((g, i) => $"{15624 - i},{g}," +
            (NasBench201Genotypes.IsValid(g) ? $"50,60,30,31,20,{Last(i)}," : "10,10,1,1,0.8333,0.8333,") +
            $"{73306 + (28000 * g.Count("nor_conv_1x1")) + (243040 * g.Count("nor_conv_3x3"))}," +
            $"{7783040 + (3932160 * g.Count("nor_conv_1x1")) + (35389440 * g.Count("nor_conv_3x3"))}"),
    ];

    private static double Last(int index) => (index % 100) + 0.25;

    /// <summary>The lines with other values in a column.</summary>
    private static IEnumerable<string> With(string column, Func<double, double> changed)
    {
        int place = Array.IndexOf(Header.Split(','), column);
        return Lines().Select((line, i) => i == 0 ? line : string.Join(',', line.Split(',')
            .Select((value, c) => c == place ? changed(double.Parse(value)).ToString() : value)));
    }

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
            15624 - 1234, NasBench201Genotypes.FromIndex(1234), 50, 60, 30, 31, 20, 34.25, 73306, 7783040));
        table.Rank(NasBench201Genotypes.FromIndex(98), NasBench201Metric.ImageNet16Test).Should().Be(
            1 + Enumerable.Range(0, 15625).Count(i => i % 100 == 99 && NasBench201Genotypes.IsValid(NasBench201Genotypes.FromIndex(i))));
        table.Regret(NasBench201Genotypes.FromIndex(98), NasBench201Metric.ImageNet16Test).Should().Be(1);
    }

    [Fact]
    public void Seconds_of_an_evaluation_or_of_an_epoch_are_read_beside_the_accuracies()
    {
        Write(WithSeconds("cifar10_valid_seconds", i => i + 1).Zip(WithSeconds("cifar100_test_seconds_per_epoch", i => 0.5),
            (first, second) => first + second[second.LastIndexOf(',')..]));
        NasBench201Table table = NasBench201Table.Load(path);
        Genotype cell = NasBench201Genotypes.FromIndex(1234);
        table.HasSeconds(NasBench201Metric.Cifar10Validation).Should().BeTrue();
        table.Seconds(cell, NasBench201Metric.Cifar10Validation, epochs: 12).Should().Be(1235);
        table.Seconds(cell, NasBench201Metric.Cifar100Test, epochs: 12).Should().Be(6);
        table.HasSeconds(NasBench201Metric.Cifar10Test).Should().BeFalse();
        table.Invoking(t => t.Seconds(cell, NasBench201Metric.Cifar10Test, 12)).Should().Throw<InvalidOperationException>()
            .WithMessage("*no seconds for Cifar10Test*cifar10_valid_seconds*");
    }

    [Fact]
    public void Seconds_that_cannot_be_are_refused()
    {
        ShouldBeRefused(WithSeconds("cifar10_valid_seconds", i => i == 3 ? 0 : 1), "line 5: found '0' in column cifar10_valid_seconds; " +
            "expected a number of seconds above 0");
        ShouldBeRefused(WithSeconds("cifar10_valid_seconds,cifar10_valid_seconds_per_epoch", i => 1),
            "line 1: found the columns cifar10_valid_seconds and cifar10_valid_seconds_per_epoch; expected one of both at most");
    }

    /// <summary>The lines with one more column.</summary>
    internal static IEnumerable<string> WithSeconds(string column, Func<int, double> seconds) =>
        Lines().Select((line, i) => $"{line},{(i == 0 ? column : FormattableString.Invariant($"{seconds(i - 1)}"))}");

    [Fact]
    public void Compression_column_order_extra_columns_and_blank_lines_do_not_matter()
    {
        using (var writer = new StreamWriter(new GZipStream(File.Create(path), CompressionLevel.Fastest)))
            foreach (string line in Lines())
                writer.Write(string.Join(',', line.Split(',').Reverse().Append("more")) + "\r\n\r\n");
        NasBench201Table.Load(path)[NasBench201Genotypes.FromIndex(98)].ImageNet16Test.Should().Be(98.25);
    }

    [Fact]
    public void Quotes_do_not_matter()
    {
        Write(Lines().Select(line => string.Join(", ", line.Split(',').Select((value, i) => i % 3 == 2 ? value : $"\"{value}\""))));
        NasBench201Table.Load(path)[NasBench201Genotypes.FromIndex(98)].ImageNet16Test.Should().Be(98.25);
    }

    [Theory]
    [InlineData("a, \"b\" ,\"c, d\",\"\",e", "a|b|c, d||e")]
    [InlineData("\"say \"\"x\"\"\",", "say \"x\"|")]
    [InlineData("\"open", null)]
    [InlineData("\"a\"b,c", null)]
    public void A_line_is_split_at_commas_outside_of_quotes(string line, string? fields) =>
        (CsvLine.Split(line) is { } split ? string.Join('|', split) : null).Should().Be(fields);

    [Theory]
    [InlineData("cifar10_test", 0.01, 0,
        "in column cifar10_test a mean of *, and of 0.1 over the 341 cells*reads like fractions of CIFAR-10; expected 10")]
    [InlineData("cifar10_valid", -1, 100,
        "in column cifar10_valid a mean of *, and of 90 *reads like error rates of CIFAR-10; expected 10")]
    [InlineData("cifar100_valid", -0.01, 1,
        "in column cifar100_valid a mean of *, and of 0.99 *error rates as fractions of CIFAR-100; expected 1,")]
    [InlineData("cifar100_test", 0.8333, 0,
        "in column cifar100_test a mean of *, and of 0.8333 *reads like accuracies of ImageNet16-120; expected 1,")]
    [InlineData("imagenet16_valid", 1.2, 0, "in column imagenet16_valid a mean of *reads like accuracies of CIFAR-100; expected 0.8333,")]
    [InlineData("imagenet16_valid", 0.5, 49,
        "in column imagenet16_valid a mean of *, and of 49.42 *none of the data sets; expected 0.8333,")]
    [InlineData("cifar10_valid", 1.3, -3, "a mean of * in cifar10_valid and of * in cifar10_test; expected*columns may be exchanged")]
    public void A_column_that_cannot_be_what_it_claims_is_refused_with_both_readings(
        string column, double factor, double offset, string message) =>
        ShouldBeRefused(With(column, value => (factor * value) + offset), "line 15627: found " + message);

    [Theory]
    [InlineData("params", 1e-6, 0, "0.073306 in column params, which reads like millions; expected 73306,")]
    [InlineData("params", 1, 5850, "79156 in column params, which reads like the CIFAR-100 network's; expected 73306,")]
    [InlineData("params", 1, 1,
        "73307 in column params; expected 73306, that of the CIFAR-10 network of the cell; or leave the column out")]
    [InlineData("flops", 2, 0, "15566080 in column flops, which reads like multiplications and additions; expected 7783040,")]
    [InlineData("flops", 1e-6, 0, "7.78304 in column flops, which reads like millions; expected 7783040,")]
    public void Costs_in_another_unit_or_of_another_network_are_refused(string column, double factor, double offset, string message) =>
        ShouldBeRefused(With(column, value => (factor * value) + offset), "line 2: found " + message);

    [Fact]
    public void An_open_quote_is_refused() =>
        LineShouldBeRefused(3, $"5,\"{Second},1,2,3,4,5,6,7,8", "found '5,\"|none*where a quote is left open");

    [Fact]
    public void A_missing_file_is_named() =>
        FluentActions.Invoking(() => NasBench201Table.Load("/no/such.csv"))
            .Should().Throw<FileNotFoundException>().WithMessage("*'/no/such.csv'*cifar10_valid*");

    [Fact]
    public void An_empty_file_is_refused() => ShouldBeRefused([], "line 1: found the file is empty");

    [Fact]
    public void Missing_columns_are_listed_beside_those_found() => ShouldBeRefused(
        ["index,arch,cifar10", .. Lines().Skip(1)],
        "line 1: found the columns 'index, arch, cifar10'; expected also cifar10_valid, cifar10_test");

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
    [InlineData($"15624,{Second},1,2,3,4,5,6,73306,7783040", "found the index 15624, already in line 2")]
    [InlineData($"15623,{First},1,2,3,4,5,6,73306,7783040", $"found the cell '{First}', already in line 2")]
    [InlineData($"15623,{Second},1,2,3,4,5", "found 7 values; expected 10")]
    [InlineData($"15623,{Second},1,x,3,4,5,6,7,8", "found 'x' in column cifar10_test")]
    [InlineData($"15623,{Second},1,2,3,4,5,6,7.5,8", "found 7.5 in column params; expected 73306")]
    [InlineData($"15623,{Second},1,2,3,4,5,100.1,7,8", "found '100.1' in column imagenet16_test")]
    [InlineData($"15623,{Second},-1,2,3,4,5,6,7,8", "found '-1' in column cifar10_valid")]
    [InlineData($"15623,{Second},1,2,NaN,4,5,6,7,8", "found 'NaN' in column cifar100_valid")]
    [InlineData($"15623,{Second},1,2,3,4,5,6,7x5,8", "found '7x5' in column params")]
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
