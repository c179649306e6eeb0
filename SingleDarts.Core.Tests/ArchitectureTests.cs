using System.Text.RegularExpressions;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests;

/// <summary>What docs/explanation/architecture.md says about the source is so.</summary>
public class ArchitectureTests
{
    private const int LongestFile = 300, LongestLine = 140;

    private static readonly Dictionary<string, string[]> Below = new()
    {
        ["Runtime"] = [],
        ["Theory"] = ["Runtime"],
        ["Data"] = ["Runtime"],
        ["Kernels"] = ["Runtime"],
        ["Operations"] = ["Runtime", "Kernels"],
        ["Genotypes"] = ["Runtime"],
        ["Spaces"] = ["Runtime", "Operations", "Genotypes", "Optimizers"],
        ["Supernets"] = ["Runtime", "Kernels", "Operations", "Genotypes", "Spaces", "Optimizers"],
        ["Optimizers"] = ["Runtime"],
        ["Runs"] = ["Runtime"],
        ["Schemes"] = ["Runtime", "Operations", "Genotypes", "Spaces", "Supernets", "Data", "Optimizers"],
        ["Search"] = ["Runtime", "Genotypes", "Spaces", "Supernets", "Data", "Optimizers", "Schemes", "Runs"],
        ["Diagnostics"] = ["Runtime", "Operations", "Genotypes", "Spaces", "Supernets", "Data", "Optimizers", "Schemes", "Runs",
            "Search", "Training", "Theory"],
        ["Sweeps"] = ["Runtime"],
        ["Training"] = ["Runtime", "Operations", "Genotypes", "Spaces", "Supernets", "Data", "Optimizers", "Runs"],
    };

    private static IEnumerable<string> Sources => Repository.Files("*.cs", "SingleDarts.Core")
        .Where(file => !file.StartsWith("SingleDarts.Core/buildTransitive/", StringComparison.Ordinal));

    [Fact]
    public void Every_source_file_stands_in_a_known_room_and_in_its_namespace()
    {
        Sources.Should().NotBeEmpty();
        Sources.Where(file => !Below.ContainsKey(Room(file))).Should().BeEmpty("a new room needs its place in the table of this test");
        Sources.Where(file => !Repository.Read(file).Contains($"\nnamespace SingleDarts.Core.{Room(file)};\n", StringComparison.Ordinal) &&
                !Repository.Read(file).StartsWith($"namespace SingleDarts.Core.{Room(file)};\n", StringComparison.Ordinal))
            .Should().BeEmpty("folder and namespace are the same");
    }

    [Fact]
    public void Rooms_know_only_the_rooms_below_them() =>
        (from file in Sources
         from used in Regex.Matches(Repository.Read(file), @"\bSingleDarts\.Core\.([A-Z]\w*)").Select(m => m.Groups[1].Value).Distinct()
         where used != Room(file) && !Below[Room(file)].Contains(used)
         select $"{file} uses {used}").Should().BeEmpty();

    /// <summary>Folders come from other people, with links in them; <see cref="Core.Runtime.GuardedFolder"/> refuses these. A lease is
    /// made exclusively, which no link survives.</summary>
    [Fact]
    public void Files_are_written_by_one_helper_alone()
    {
        string[] writers = ["SingleDarts.Core/Runtime/AtomicFile.cs", "SingleDarts.Core/Runtime/GuardedFolder.cs",
            "SingleDarts.Core/Sweeps/Leases.cs"];
        var writing = new Regex(@"\bFile\.(Write|Append|Create|Open\(|OpenWrite|Copy|Replace)|" +
            @"new (FileStream|StreamWriter)\((?!.*(FileAccess\.Read\b|\.Open\())|" +
            @"XmlWriter\.Create\(\s*\w*([pP]ath|[fF]ile)|\.Save(Png|Svg)\(");
        Repository.Files("*.cs", "SingleDarts.Core").Concat(Repository.Files("*.cs", "samples"))
            .Where(file => !writers.Contains(file) && writing.IsMatch(Repository.Read(file))).Should().BeEmpty();
    }

    /// <summary>.NET looks for a bare name in the current folder before PATH.</summary>
    [Fact]
    public void Programs_are_started_by_their_full_path() =>
        Repository.Files("*.cs", "SingleDarts.Core").Concat(Repository.Files("*.cs", "samples"))
            .Where(file => Regex.IsMatch(Repository.Read(file), @"ProcessStartInfo\(|Process\.Start\(") &&
                !Regex.IsMatch(Repository.Read(file), @"ProgramPath\.Find|Environment\.ProcessPath|Contestant\.ThisProgram"))
            .Should().BeEmpty();

    /// <summary>What is printed may come from a file of somebody else.</summary>
    [Fact]
    public void The_application_prints_by_one_helper_alone() => Repository.Files("*.cs", "samples/PaperTables")
        .Where(file => !file.EndsWith("/Terminal.cs", StringComparison.Ordinal))
        .Where(file => Regex.IsMatch(Repository.Read(file), @"\bConsole\.(Error\.|Out\.)?Write|[tT]able\.AddRow\(|grid\.AddRow\(|Markup"))
        .Should().BeEmpty();

    [Fact]
    public void No_source_file_is_longer_than_300_lines() => Sources
        .Select(file => (File: file, Lines: Repository.Read(file).Count(c => c == '\n')))
        .Where(f => f.Lines > LongestFile)
        .Should().BeEmpty();

    /// <summary>Scripts, JSON and other text in raw strings keep their own lines.</summary>
    [Fact]
    public void Types_with_value_equality_have_its_operators()
    {
        Type[] types = [.. typeof(SearchOptions).Assembly.GetExportedTypes().Where(type => !type.IsInterface && !type.IsEnum &&
            type.GetInterfaces().Contains(typeof(IEquatable<>).MakeGenericType(type)))];
        types.Should().Contain([typeof(Genotype), typeof(CellGenotype), typeof(Trial), typeof(Gene)]);
        types.Where(type => type.GetMethod("op_Equality", [type, type]) is null).Should().BeEmpty();
    }

    [Fact]
    public void No_line_is_longer_than_140_characters()
    {
        IEnumerable<string> LongLines(string file)
        {
            bool isRaw = false;
            foreach (var (line, number) in Repository.Read(file).Split('\n').Select((line, i) => (line, i + 1)))
                if (Regex.Count(line, "\"\"\"") % 2 == 1)
                    isRaw = !isRaw;
                else if (!isRaw && line.Length > LongestLine)
                    yield return $"{file}({number}): {line.Length}";
        }
        Repository.Files("*.cs").SelectMany(LongLines).Should().BeEmpty();
    }

    [Fact]
    public void Every_public_type_has_a_file_of_its_own_name()
    {
        var declared = Sources.ToDictionary(file => file, file => Regex
            .Matches(Repository.Read(file), @"^public (?:[a-z]+ )*(?:class|struct|interface|enum|record) (\w+)", RegexOptions.Multiline)
            .Select(m => m.Groups[1].Value).ToList());
        declared.Where(d => d.Value.Count > 1 || d.Value.Any(name => name != Path.GetFileName(d.Key).Split('.')[0]))
            .Should().BeEmpty("a file holds one public type, or a part of it, and has its name");
        typeof(Core.Search.ArchitectureSearch).Assembly.GetExportedTypes().Where(type => !type.IsNested)
            .Select(type => type.Name.Split('`')[0]).Order(StringComparer.Ordinal)
            .Should().Equal(
                declared.Values.SelectMany(names => names).Distinct().Order(StringComparer.Ordinal), "no public type is overlooked");
    }

    /// <summary>Each has a reader: a page or a sample names it, or, for extensions, one of its methods.</summary>
    [Fact]
    public void Every_public_type_is_used_by_a_page_or_a_sample()
    {
        HashSet<string> words = [
            .. Repository.Files("*.md").Where(page => page != "CHANGELOG.md" && !page.EndsWith("architecture.md", StringComparison.Ordinal))
            .Concat(Repository.Files("*.cs", "samples"))
            .SelectMany(file => Regex.Matches(Repository.Read(file), @"\w+").Select(word => word.Value))];
        typeof(Core.Search.ArchitectureSearch).Assembly.GetExportedTypes().Where(type => !type.IsNested)
            .Where(type => !words.Contains(type.Name.Split('`')[0]) &&
                !(type is { IsAbstract: true, IsSealed: true } && type.GetMethods().Any(
                method => method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute), false) &&
                    words.Contains(method.Name))))
            .Select(type => type.Name).Should().BeEmpty("a type that nobody needs is internal");
    }

    private static string Room(string file) => file.Split('/') is [_, var room, _, ..] ? room : "";
}
