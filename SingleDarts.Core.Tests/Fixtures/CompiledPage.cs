using System.Diagnostics;
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
        assembly = Compile(Usings() + string.Concat(usings) + source);
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

    private static string Usings() => string.Concat(
        Regex.Matches(Repository.Read("SingleDarts.Core/buildTransitive/SingleDarts.Core.props"),
            @"<Using Include=""([\w.]+)""(?: Static=""(true)"")?")
        .Select(m => $"global using {(m.Groups[2].Success ? "static " : "")}{m.Groups[1].Value};\n")
        .Prepend("global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;\n"));

    private static Assembly Compile(string text)
    {
        string folder = Directory.CreateTempSubdirectory("page").FullName, file = Path.Combine(folder, "Page.cs"),
            made = Path.Combine(folder, "Page.dll");
        File.WriteAllText(file, text);
        string references = string.Join('\n', ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(reference => $"-r:\"{reference}\""));
        string arguments = Path.Combine(folder, "csc.rsp");
        File.WriteAllText(arguments,
            $"-nostdlib+\n-target:library\n-nullable:enable\n-langversion:latest\n-out:\"{made}\"\n{references}\n\"{file}\"");
        var (code, output) = Run("exec", Compiler(), "-noconfig", "@" + arguments);
        code.Should().Be(0, "the page is compiled: " + output);
        return Assembly.LoadFrom(made);
    }

    /// <summary>The C# compiler of the newest SDK.</summary>
    private static string Compiler()
    {
        Match sdk = Regex.Matches(Run("--list-sdks").Output, @"^(\S+) \[(.+)\]", RegexOptions.Multiline).Last();
        return Path.Combine(sdk.Groups[2].Value, sdk.Groups[1].Value, "Roslyn", "bincore", "csc.dll");
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
