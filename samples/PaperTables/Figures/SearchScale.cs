using System.CommandLine;
using System.Globalization;

namespace PaperTables.Figures;

/// <summary>Searches that the figures can be drawn from, at two scales.</summary>
internal static class SearchScale
{
    public static readonly string[] Names = ["smoke", "cpu"];

    /// <summary>
    /// Runs a search with diagnostics, and goes on with one that is half done. One that is finished ends at once, or is refused if it is of other
    /// data or settings.
    /// </summary>
    /// <returns>The run folder.</returns>
    public static string RunMissing(string scale, string scheme, long seed, string data, string? table, string runs)
    {
        string folder = Path.Combine(runs, string.Create(CultureInfo.InvariantCulture, $"{scale}-{scheme}-{seed}"));
        string[] arguments =
        [
            "--scheme", scheme, "--relaxation", scheme == "bi-level" ? "softmax" : "sigmoid", "--data", data, .. Settings(scale),
            "--threads", "1", "--diagnose", "--seed", seed.ToString(CultureInfo.InvariantCulture), .. table is null ? Array.Empty<string>() : ["--table", table], "--out", folder,
            .. File.Exists(Path.Combine(folder, "options.json")) ? new[] { "--resume" } : [],
        ];
        if (!File.Exists(Path.Combine(folder, "genotype.json")))
            Console.WriteLine($"search {string.Join(' ', arguments)}");
        int code = SearchCommand.Create().Parse(arguments).Invoke(new InvocationConfiguration { ProcessTerminationTimeout = null });
        return code == ExitCode.Success ? folder : throw new SearchFailedException($"The search in {folder} did not finish; its message says why, and the same command goes on with it.", code);
    }

    private static string[] Settings(string scale) => scale == "smoke"
        ?
        [
            "--samples", "640", "--image-size", "8", "--channels", "4", "--cells", "1", "--epochs", "3", "--batch-size", "32",
            "--learning-rate", "0.025", "--alpha-learning-rate", "0.003", "--diagnose-interval", "5",
        ]
        :
        [
            "--image-size", "16", "--channels", "8", "--cells", "5", "--epochs", "3",
            "--learning-rate", "0.025", "--alpha-learning-rate", "0.003", "--diagnose-interval", "25",
        ];
}
