using System.Reflection;
using System.Text.RegularExpressions;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>
/// The types that a page of the documentation declares, compiled as a user's project has them: with the <c>using</c> lines that the package
/// adds and those of the page, and without access to what is internal.
/// </summary>
internal sealed class CompiledPage
{
    private readonly Assembly assembly;
    private readonly string source;

    public CompiledPage(string page)
    {
        source = string.Join("\n",
            Regex.Matches(Repository.Read(page), @"^```csharp\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)
            .Select(block => Regex.Match(block.Groups[1].Value, @"^sealed .*", RegexOptions.Multiline | RegexOptions.Singleline).Value)
            .Where(types => types.Length > 0));
        IEnumerable<string> usings = Regex.Matches(Repository.Read(page), @"^using .*;", RegexOptions.Multiline)
            .Select(line => line.Value + "\n");
        string made = UserCompiler.Compile(new Dictionary<string, string>
        {
            ["Page.cs"] = UserCompiler.Usings + string.Concat(usings) + source,
        }, out string output);
        output.Should().BeEmpty("the page is compiled");
        assembly = Assembly.LoadFrom(made);
    }

    /// <summary>Names of the types.</summary>
    public IReadOnlyList<string> Names => [.. Regex.Matches(source, @"^sealed (?:record|class) (\w+)", RegexOptions.Multiline)
        .Select(m => m.Groups[1].Value)];

    /// <summary>Lines of a type that are not blank.</summary>
    public int Lines(string type) => Regex.Match(source, $@"^sealed \w+ {type}\b.*?^\}}", RegexOptions.Multiline | RegexOptions.Singleline)
        .Value.Split('\n').Count(line => line.Trim().Length > 0);

    /// <summary>Makes a type, with its default arguments or with those given.</summary>
    public T Make<T>(string type, params object[] arguments)
    {
        ConstructorInfo constructor = assembly.GetType(type, throwOnError: true)!.GetConstructors().First();
        return (T)constructor.Invoke(
            [.. constructor.GetParameters().Select((p, i) => i < arguments.Length ? arguments[i] : p.DefaultValue)]);
    }
}
