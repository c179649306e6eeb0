using System.Text.RegularExpressions;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>
/// Every C# block of README and docs compiles as a newcomer's project has it: with the <c>using</c> lines that the package adds and those
/// that the page shows, and behind the blocks before it on the page.
/// </summary>
public class CodeBlocks
{
    /// <summary>What pages take for granted, by name: data, spaces and networks of the reader's own. README takes nothing.</summary>
    private const string Given = """
            static string[] args = null!;
            static bool resumes = false;
            static ClassificationDataset data = null!, trainData = null!, testData = null!;
            static BatchSource train = null!, validation = null!;
            static SearchSpace space = null!;
            static ArchitectureSearch search = null!;
            static Supernet supernet = null!;
            static EvaluationNetwork network = null!;
            static Genotype genotype = null!;
            static CancellationToken cancellationToken = default;
            static TorchSharp.torch.utils.data.Dataset dataset = null!;
            static TorchSharp.torch.Tensor a = null!, b = null!, x = null!;
            static TorchSharp.Scalar zero = null!;
            static SingleDarts.Core.Operations.OperationContext context = null!;

        """;

    [Fact]
    public void Every_block_compiles_with_the_using_lines_of_its_page()
    {
        string[] pages = [.. Repository.Files("*.md").Where(page => Blocks(page).Any())];
        pages.Should().Contain("README.md").And.HaveCountGreaterThan(15);
        var files = pages.Select((page, i) => (page, i)).ToDictionary(
            p => Regex.Replace(p.page, @"\W", "_") + ".cs", p => Program(p.page, $"Page{p.i}"));
        files["Usings.cs"] = UserCompiler.Usings;
        UserCompiler.Compile(files, out string output);
        output.Should().BeEmpty();
    }

    private static IEnumerable<string> Blocks(string page) => Regex.Matches(
        Repository.Read(page), @"^```csharp\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)
        .Select(m => m.Groups[1].Value);

    /// <summary>A class in which each block is a function within that of the block before, so that it sees and may hide its
    /// variables.</summary>
    private static string Program(string page, string name)
    {
        string usings = "", types = "", body = "", ends = "";
        foreach (var (i, block) in Blocks(page).Index())
        {
            Match type = Regex.Match(
                block, @"^(?:internal |public )?sealed (?:record|class) .*", RegexOptions.Multiline | RegexOptions.Singleline);
            types += type.Value;
            string statements = type.Success ? block[..type.Index] : block;
            foreach (Match line in Regex.Matches(statements, @"^using (?:static )?[\w.]+;.*$", RegexOptions.Multiline))
                usings += line.Value + "\n";
            statements = Regex.Replace(statements, @"^using (?:static )?[\w.]+;.*$", "", RegexOptions.Multiline);
            body += $"async Task Block{i}()\n{{\n#line 1 \"{page}, block {i + 1}\"\n{statements}\n#line default\n";
            ends = $"await Task.Yield();\n}}\nawait Block{i}();\n" + ends;
        }
        string given = page == "README.md" ? "static string[] args = [];" : Given;
        return $"{usings}\nnamespace {name};\n\n{types}\n\nstatic class Program\n{{\n{given}\nstatic async Task Main()\n{{\n" +
            $"{body}{ends}}}\n}}\n";
    }
}
