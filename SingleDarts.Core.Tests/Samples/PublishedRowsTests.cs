using System.Text.Json;
using SingleDarts.Core.Search;

namespace SingleDarts.Core.Tests.Samples;

/// <summary>Table 1 of the paper: CIFAR-10, CIFAR-100 and ImageNet16-120, validation and test, mean and deviation.</summary>
public class PublishedRowsTests
{
    private const string AllSkip = "39.77±0 54.3±0 15.03±0 15.61±0 16.43±0 16.32±0";

    [Theory]
    [InlineData("RSPS", "rsps", "84.16±1.69 87.66±1.69 59±4.6 58.33±4.34 31.56±3.28 31.14±3.88")]
    [InlineData("DARTS", "darts", AllSkip)]
    [InlineData("GDAS", "gdas", "90±0.21 93.51±0.13 71.14±0.27 70.61±0.26 41.7±1.26 41.84±0.9")]
    [InlineData("SETN", "setn", "82.25±5.17 86.19±4.63 56.86±7.59 56.87±7.77 32.54±3.63 31.9±4.07")]
    [InlineData("ENAS", "enas", AllSkip)]
    [InlineData("DARTS-", "darts-minus", "91.03±0.44 93.8±0.4 71.36±1.51 71.53±1.51 44.87±1.46 45.12±0.82")]
    public void A_row_has_the_published_values_and_its_method_says_those_of_CIFAR_10(string row, string method, string published)
    {
        using JsonDocument definition = JsonDocument.Parse(Repository.Read("samples/PaperTables/Definitions/table1.json"));
        JsonElement values = definition.RootElement.GetProperty("rows").EnumerateArray()
            .Single(r => r.GetProperty("name").GetString() == row).GetProperty("published");
        string.Join(' ', definition.RootElement.GetProperty("metrics").EnumerateArray().Select(metric =>
        {
            double[] both = [.. values.GetProperty(metric.GetString()!).EnumerateArray().Select(number => number.GetDouble())];
            return FormattableString.Invariant($"{both[0]}±{both[1]}");
        })).Should().Be(published);
        double[] cifar10 = [.. published.Split(' ', '±').Take(4).Select(double.Parse)];
        SearchMethods.Named(method).Published.Should().ContainMatch(FormattableString.Invariant(
            $"*CIFAR-10: {cifar10[0]:F2} ± {cifar10[1]:0.##}* validation, {cifar10[2]:F2} ± {cifar10[3]:0.##}* test (Table 1)*"));
    }

    [Fact]
    public void RSPS_names_the_row_with_running_statistics_too() => SearchMethods.Rsps().Published.Should()
        .ContainMatch("*running statistics: 80.42 ± 3.58 validation, 84.07 ± 3.61 test*");
}
