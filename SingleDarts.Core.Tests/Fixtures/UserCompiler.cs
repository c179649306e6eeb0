using System.Diagnostics;
using System.Text.RegularExpressions;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>Compiles text as a user's project does: without access to what is internal.</summary>
internal static class UserCompiler
{
    /// <summary>The <c>using</c> lines that the SDK and the package add.</summary>
    public static string Usings { get; } = string.Concat(
        Regex.Matches(Repository.Read("SingleDarts.Core/buildTransitive/SingleDarts.Core.props"),
            @"<Using Include=""([\w.]+)""(?: Static=""(true)"")?")
        .Select(m => $"global using {(m.Groups[2].Success ? "static " : "")}{m.Groups[1].Value};\n")
        .Prepend("global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; " +
            "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;\n"));

    /// <summary>Compiles a library.</summary>
    /// <param name="files">Texts by the names of their files.</param>
    /// <param name="output">What the compiler says; empty if it is content.</param>
    /// <returns>The library's path.</returns>
    public static string Compile(IReadOnlyDictionary<string, string> files, out string output)
    {
        string folder = Directory.CreateTempSubdirectory("page").FullName, made = Path.Combine(folder, "Page.dll"),
            arguments = Path.Combine(folder, "csc.rsp");
        foreach (var (name, text) in files)
            File.WriteAllText(Path.Combine(folder, name), text);
        IEnumerable<string> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(reference => $"-r:\"{reference}\"");
        // Warnings about locals that a page only declares are not a reader's concern.
        File.WriteAllLines(arguments, ["-nostdlib+", "-target:library", "-nullable:enable", "-langversion:latest", "-warn:0",
            $"-out:\"{made}\"", .. references, .. files.Keys.Select(name => $"\"{Path.Combine(folder, name)}\"")]);
        var (code, said) = Run("exec", Compiler(), "-noconfig", "-nologo", "@" + arguments);
        output = code == 0 ? "" : said.Replace(folder + Path.DirectorySeparatorChar, "");
        return made;
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
