using System.Globalization;
using System.IO.Compression;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Spaces;

public sealed class NasBench201CostsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [DataFact("nasbench201_hw_cifar10.csv.gz")]
    public void The_costs_of_HW_NAS_Bench_are_those_of_the_lines()
    {
        string path = DataFactAttribute.PathOf("nasbench201_hw_cifar10.csv.gz");
        NasBench201Costs costs = NasBench201Costs.Load(path);

        costs.Columns.Should().HaveCount(10).And.StartWith(["edgegpu_latency", "edgegpu_energy", "raspi4_latency"]);
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        string[] names = reader.ReadLine()!.Split(',');
        for (int i = 0; i < 300; i++)
        {
            string[] fields = reader.ReadLine()!.Split(',');
            for (int c = 1; c < names.Length; c++)
                costs[names[c]][int.Parse(fields[0], CultureInfo.InvariantCulture)]
                    .Should().Be(fields[c] == "-1" ? double.NaN : double.Parse(fields[c], CultureInfo.InvariantCulture));
        }
        // One convolution 3×3 more takes longer on a Raspberry Pi 4: all skip connections against all of them.
        NasBench201Table table = NasBench201Table.Load(DataFactAttribute.PathOf("nasbench201.csv.gz"));
        double Raspberry(string operation) => costs.Of(Genotypes.Genotype.Parse(
            NasBench201Genotypes.AllSkip.ToString().Replace("skip_connect", operation, StringComparison.Ordinal)), "raspi4_latency", table);
        Raspberry("nor_conv_3x3").Should().BeGreaterThan(5 * Raspberry("skip_connect"));
    }

    [Theory]
    [InlineData("cost\n", "*line 1: found the columns*'index' and one or more costs*")]
    [InlineData("index\n", "*line 1: found the columns*'index' and one or more costs*")]
    [InlineData("index,a,a\n", "*line 1: found the columns*each once*")]
    [InlineData("index,a\n0,1\n0,1\n", "*line 3: found the index 0 again*")]
    [InlineData("index,a\n15625,1\n", "*line 2: found the index*15625*0 to 15624*")]
    [InlineData("index,a\n0,-2\n", "*line 2: found*-2*in column a; expected a number of 0 or more*")]
    [InlineData("index,a\n0,NaN\n", "*line 2: found*NaN*in column a*")]
    [InlineData("index,a\n0,1,2\n", "*line 2: found 3 values; expected 2*")]
    [InlineData("index,a\n0,1\n", "*found the end after 1 rows; expected 15625*")]
    [InlineData("", "*line 1: found an empty file*")]
    public void A_file_with_a_fault_is_refused_with_its_line(string text, string message)
    {
        File.WriteAllText(folder["costs.csv"], text);
        FluentActions.Invoking(() => NasBench201Costs.Load(folder["costs.csv"]))
            .Should().Throw<InvalidDataException>().WithMessage(message);
    }

    [Fact]
    public void Rows_in_any_order_are_found_by_their_index_and_unknown_columns_are_named()
    {
        File.WriteAllText(folder["costs.csv"], "ms,index,mJ\n" + string.Join(
            '\n', Enumerable.Range(0, NasBench201Genotypes.Count).Reverse().Select(i => $"{i}.5,{i},{2 * i}")));
        NasBench201Costs costs = NasBench201Costs.Load(folder["costs.csv"]);
        costs["ms"].Should().Equal(Enumerable.Range(0, NasBench201Genotypes.Count).Select(i => i + 0.5));
        costs["mJ"][7].Should().Be(14);
        costs.Invoking(c => c["kg"]).Should().Throw<ArgumentException>().WithMessage("*kg*ms, mJ*");
        FluentActions.Invoking(() => NasBench201Costs.Load(folder["none.csv"])).Should().Throw<FileNotFoundException>();
    }
}
