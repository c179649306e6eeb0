namespace SingleDarts.Core.Tests.Mistakes;

/// <summary>Calls of the sample PaperTables: each ends with code 2 before any work.</summary>
public class MistakesOnTheCommandLine
{
    private static readonly string[] search = ["search", "--channels", "2", "--cells", "1", "--samples", "320", "--image-size", "8"];

    private static readonly Dictionary<string, (string[] Arguments, string[] Words)> calls = new()
    {
        ["a word that is no command"] = (["serach"], ["'serach'"]),
        ["an option that is not there"] = ([.. search, "--epoch", "3"], ["'--epoch'"]),
        ["an option without its value"] = ([.. search, "--epochs"], ["--epochs"]),
        ["a word for a number"] = ([.. search, "--epochs", "three"], ["'three'", "--epochs"]),
        ["a method that is not there"] = (["search", "--method", "dart"], ["'dart'", "'darts'"]),
        ["data that are not there"] = ([.. search, "--data", "/no/such"], ["/no/such"]),
        ["more samples than there are"] = (["search", "--samples", "99999999"], ["99999999"]),
        ["a resume without a folder"] = ([.. search, "--resume"], ["--out"]),
        ["a table that is not there"] = ([.. search, "--table", "/no/such.csv"], ["/no/such.csv", "columns"]),
        ["a device that is not there"] = ([.. search, "--device", "cuda:9"], ["cuda:9", "cpu"]),
        ["a negative rate"] = ([.. search, "--learning-rate", "-1"], ["learning rate", "-1"]),
        ["a genotype by a wrong name"] = (["train", "--genotype", "DARTS-V3"], ["'DARTS-V3'", "DARTS-V2"]),
        ["a genotype with a gene that cannot be built"] =
            (["train", "--genotype", "X = Genotype(normal=[('skip_connect', 0), ('skip_connect', np.int64(5))], normal_concat=[2], " +
                "reduce=[('skip_connect', 0), ('skip_connect', 1)], reduce_concat=[2])"],
                ["gene 2 of normal, '('skip_connect', np.int64(5))', of node 2 reads node 5"]),
        ["a genotype with an operation that is not there"] =
            (["train", "--genotype", "|conv~0|+|none~0|none~1|+|none~0|none~1|none~2|", "--network", "nasbench201"],
                ["'conv'", "nor_conv_3x3"]),
        ["a genotype for another network"] = (["train", "--genotype", "DARTS-V2", "--network", "nasbench201"], ["--network nasbench201"]),
        ["a random genotype without a number"] = (["train", "--genotype", "random:x"], ["random:7"]),
        ["a genotype from a folder without a run"] = (["train", "--genotype", "/tmp"], ["genotype.json"]),
        ["a sweep that is not there"] = (["sweep", "run", "/no/such"], ["holds no sweep", "plan one"]),
        ["a definition that is not there"] = (["sweep", "plan", "table9", "--out", "/tmp/singledarts-never"], ["table9", "table1"]),
        ["a report of no run"] = (["report", "/no/such"], ["/no/such"]),
    };

    /// <summary>The calls.</summary>
    public static IReadOnlyCollection<string> All => calls.Keys;

    public static TheoryData<string> Names => [.. calls.Keys];

    [Trait("Category", "Slow")]
    [Theory]
    [MemberData(nameof(Names))]
    public void A_call_is_explained(string what)
    {
        var (arguments, words) = calls[what];
        var (code, output, error) = PaperTablesProcess.Run(arguments);
        code.Should().Be(2, output + error);
        error.Should().ContainAll(words);
        error.Should().NotContain("(Parameter '");
        UserMistakesTests.ShouldBeReadable(error);
    }
}
