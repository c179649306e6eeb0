using System.Diagnostics;
using System.Text.RegularExpressions;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>
/// Lines that a newcomer copies into a terminal or into Python. Every block without a language is one of shell commands. Words of a page
/// such as <c>&lt;folder&gt;</c> stand for the reader's own.
/// </summary>
public class CommandBlocks
{
    private const string Sample = @"(?:samples/PaperTables(?:\.csproj)? --|PaperTables\.dll|^\s*paper-?tables)", End = @"(?:$|[|;&>#)'""])";
    private static readonly Lazy<Dictionary<string, string>> commands = new(Commands);

    [LinuxFact("bash is the shell of the pages.")]
    public void Bash_reads_every_block_of_commands()
    {
        (string Where, string Text)[] blocks = [.. Blocks("")];
        blocks.Should().HaveCountGreaterThan(30);
        foreach (var (where, text) in blocks)
            Started("bash", ["-n"], text).Should().BeEmpty($"of {where}");
    }

    [Fact]
    public void Calls_of_the_sample_name_commands_and_options_that_there_are()
    {
        (string Where, string Call)[] calls = [.. Blocks("").SelectMany(block => Calls(block.Text, Sample)
            .Select(call => (block.Where, call)))];
        calls.Should().HaveCountGreaterThan(30);
        calls.Select(call => Fault(call.Call) is { } fault ? $"{call.Where}: {call.Call}: {fault}" : null).OfType<string>()
            .Should().BeEmpty();
    }

    [Fact]
    public void Calls_of_the_benchmarks_name_commands_and_options_that_there_are()
    {
        string program = Repository.Read("samples/Benchmarks/Program.cs");
        (string Where, string Call)[] calls = [.. Blocks("").SelectMany(block => Calls(block.Text, @"samples/Benchmarks(?: -p:\S+)* --")
            .Select(call => (block.Where, call)))];
        calls.Should().HaveCountGreaterThan(2);
        foreach (var (where, call) in calls)
            foreach (string word in call.Split(' ').Where((word, i) => i == 0 || word.StartsWith("--", StringComparison.Ordinal)))
                program.Should().Contain(word[0] == '-' ? $"(\"{word}\", " : $"new Command(\"{word}\"", $"of {where}: {call}");
    }

    /// <summary>The check itself: a wrong name is found.</summary>
    [Theory]
    [InlineData("serach --epochs 3", "no command")]
    [InlineData("sweep --out x", "no command")]
    [InlineData("search --epoch 3", "--epoch")]
    [InlineData("sweep run x --scale smoke", "--scale")]
    [InlineData("evaluate --genotype x", null)]
    [InlineData("figure 2 --bi-level a --single-level b", null)]
    public void A_wrong_name_is_found(string call, string? fault)
    {
        string? found = Fault(call);
        if (fault is null)
            found.Should().BeNull();
        else
            found.Should().Contain(fault);
    }

    [PythonFact]
    public void Python_compiles_every_block_of_Python()
    {
        var blocks = Blocks("python").Concat(Blocks("").SelectMany(block => Regex.Matches(block.Text, @"python3 -c '([^']*)'")
            .Select(m => (block.Where, m.Groups[1].Value)))).ToList();
        blocks.Should().HaveCountGreaterThan(5);
        foreach (var (where, text) in blocks)
            Started("python3", ["-c", "import sys; compile(sys.stdin.read(), 'block', 'exec')"], text).Should().BeEmpty($"of {where}");
        Started("python3", ["-c", "import sys; compile(sys.stdin.read(), 'block', 'exec')"], "def f(:").Should().Contain("SyntaxError");
    }

    /// <summary>Blocks of a language, with page and number, without the signs around what a reader fills in.</summary>
    private static IEnumerable<(string Where, string Text)> Blocks(string language) => Repository.Files("*.md").SelectMany(page =>
        Regex.Matches(Repository.Read(page), @"^[ ]*```(\w*)\r?\n(.*?)^[ ]*```", RegexOptions.Multiline | RegexOptions.Singleline)
            .Select((m, i) => (Language: m.Groups[1].Value, Where: $"{page}, block {i + 1}",
                Text: Regex.Replace(m.Groups[2].Value, @"<([a-z][^<>\n]*)>", m => m.Groups[1].Value.Replace(' ', '-')))))
        .Where(block => block.Language == language).Select(block => (block.Where, block.Text));

    /// <summary>What follows the name of a program, up to the end of the command.</summary>
    private static IEnumerable<string> Calls(string block, string program) => Regex.Matches(
        block.Replace("\\\n", " "), $@"{program} +(\w.*?){End}", RegexOptions.Multiline)
        .Select(m => Regex.Replace(m.Groups[1].Value.Trim(), " +", " "));

    private static string? Fault(string call)
    {
        string[] words = call.Split(' ');
        if (Enumerable.Range(1, Math.Min(2, words.Length)).Select(n => string.Join(' ', words[..n]))
            .LastOrDefault(commands.Value.ContainsKey)
            is not { } name)
            return $"there is no command '{words[0]}'";
        return words.Where(word => word.StartsWith("--", StringComparison.Ordinal)).Select(word => word.Split('=')[0])
            .FirstOrDefault(option => !commands.Value[name].Contains($"`{option}`", StringComparison.Ordinal));
    }

    /// <summary>The section of every command on the page of options, which is printed by the program.</summary>
    private static Dictionary<string, string> Commands()
    {
        var sections = new Dictionary<string, string>();
        foreach (Match m in Regex.Matches(Repository.Read("docs/reference/options.md"), @"^### (.+?)\n(.*?)(?=^##|\z)",
            RegexOptions.Multiline | RegexOptions.Singleline))
        {
            string also = Regex.Match(m.Groups[2].Value, "^Also called .*$", RegexOptions.Multiline).Value;
            string[] aliases = [.. Regex.Matches(also, "`(.+?)`")
                .Select(alias => alias.Groups[1].Value)];
            foreach (string name in aliases.Prepend(m.Groups[1].Value))
                sections[name] = m.Groups[2].Value;
        }
        return sections;
    }

    private static string Started(string program, string[] arguments, string input)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : $"code {process.ExitCode}: {error.Result}";
    }
}
