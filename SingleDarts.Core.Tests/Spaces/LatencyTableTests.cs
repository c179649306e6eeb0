using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public class LatencyTableTests
{
    private const string Header = "operation,channels,stride,seconds\n";

    [Fact]
    public void Latency_of_a_network_is_the_sum_over_its_operations_at_their_places()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["latencies.csv"], "seconds,stride,operation,channels\n" +
            "10,,sep_conv_3x3,\n1,2,sep_conv_3x3,8\n\n0.25,,skip_connect,\n0.5, 1 ,\"skip_connect\",4\n");
        SearchSpace space = SearchSpaces.Darts(3, channels: 4, layers: 3, height: 8, width: 8,
            operations: [.. Small.DartsSpace.Cells[0].Operations.Where(o => o.Name is "none" or "sep_conv_3x3" or "skip_connect")]);
        OperationCosts costs = LatencyTable.Load(folder["latencies.csv"], fixedSeconds: 100).Of(space);
        costs.Unit.Should().Be("seconds");
        costs.FixedParts.Should().Be(100);
        // One normal cell of 4 channels before the reduction cells of 8 and 16 channels and of stride 2.
        const string nodes = "|sep_conv_3x3~0|skip_connect~1|+|sep_conv_3x3~2|skip_connect~0|+|skip_connect~0|skip_connect~1|+" +
            "|skip_connect~0|sep_conv_3x3~1|";
        costs.Of(Genotype.Parse($"normal={nodes};reduction={nodes}")).Should().BeApproximately(
            100 + (3 * 10) + (5 * 0.5) + (1 + 10 + 1) + (3 * 10) + (2 * 5 * 0.25), 1e-12);
        costs.Of("normal")[0, 0].Should().Be(0, "none needs no row");
    }

    [Theory]
    [InlineData("", "an empty file")]
    [InlineData("operation,secs\n", "columns 'operation, secs'*operation and seconds")]
    [InlineData("operation,seconds,seconds\n", "columns*each once")]
    [InlineData("operation,channels,seconds\n", "columns")]
    [InlineData("operation,seconds\n", "the end behind the header")]
    [InlineData("operation,seconds\nskip_connect\n", "line 2: found 1 values; expected 2")]
    [InlineData("operation,seconds\nskip_connect,-1\n", "line 2: found '-1' in column seconds")]
    [InlineData("operation,seconds\nskip_connect,NaN\n", "'NaN' in column seconds")]
    [InlineData("operation,seconds\nskip_connect,Infinity\n", "in column seconds")]
    [InlineData("operation,seconds\nskip_connect,1;5\n", "in column seconds")]
    [InlineData("operation,seconds\nskip|connect,1\n", "in column operation*name")]
    [InlineData("operation,seconds\nskip_connect,1\n\nskip_connect,2\n", "line 4: found the place of 'skip_connect' in line 2 again")]
    [InlineData("operation,seconds\n\"skip_connect,1\n", "a quote is left open")]
    [InlineData(Header + "skip_connect,0,1,1\n", "'0' in column channels")]
    [InlineData(Header + "skip_connect,1.5,1,1\n", "'1.5' in column channels")]
    [InlineData(Header + "skip_connect,4,,1\n", "channels alone; expected both")]
    [InlineData(Header + "skip_connect,,2,1\n", "stride alone; expected both")]
    public void What_is_no_table_is_rejected_with_line_and_remedy(string content, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["latencies.csv"], content);
        FluentActions.Invoking(() => LatencyTable.Load(folder["latencies.csv"]))
            .Should().Throw<InvalidDataException>().WithMessage($"*latencies.csv*{message}*Correct*");
    }

    [Fact]
    public void A_missing_file_and_rows_that_no_table_can_have_are_rejected()
    {
        using var folder = new TemporaryFolder();
        FluentActions.Invoking(() => LatencyTable.Load(folder["none.csv"])).Should().Throw<FileNotFoundException>()
            .WithMessage("*none.csv*columns operation and seconds*");
        void Rejects(string message, params OperationLatency[] rows) => FluentActions.Invoking(() => new LatencyTable(rows))
            .Should().Throw<ArgumentException>().WithMessage(message);
        Rejects("*no rows*");
        Rejects("*null*", [null!]);
        Rejects("*'a|b'*name*", new OperationLatency("a|b", 1));
        Rejects("*'a' takes -1 seconds*0 or more*", new OperationLatency("a", -1));
        Rejects("*'a' is for 4 channels and stride none*both*", new OperationLatency("a", 1, 4));
        Rejects("*'a' is for 0 channels*", new OperationLatency("a", 1, 0, 1));
        Rejects("*'a' twice*", new OperationLatency("a", 1), new OperationLatency("a", 2));
        Rejects("*'a' twice for 4 channels, stride 2*", new OperationLatency("a", 1, 4, 2), new OperationLatency("a", 2, 4, 2));
        FluentActions.Invoking(() => new LatencyTable([new OperationLatency("a", 1)], -1)).Should().Throw<ArgumentException>()
            .WithMessage("*fixed parts take -1*");
    }

    [Fact]
    public void A_space_whose_places_have_no_row_is_named_before_work()
    {
        var table = new LatencyTable(
            [new("skip_connect", 1, 2, 1), new("nor_conv_1x1", 1), new("nor_conv_3x3", 1), new("avg_pool_3x3", 1)]);
        table.Faults(Small.Space).Should().ContainSingle().Which.Should()
            .Match("*no row for 'skip_connect' at 4 channels and stride 1, 'skip_connect' at 8 channels and stride 1;*Add them*");
        table.Invoking(t => t.Of(Small.Space)).Should().Throw<ArgumentException>().WithMessage("*no row for*");
    }
}
