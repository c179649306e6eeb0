using System.Xml.Linq;
using PaperTables.Runs;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>What was searched, with what, and whether it is finished.</summary>
internal static class HeadingSection
{
    public static string Title(RecordedSearch run) =>
        $"{Scheme(run)} search on {run.Option("space", "name")}, seed {run.Option("search", "seed")}";

    public static XElement Make(RecordedSearch run) => E("header",
        E("h1", Title(run)),
        E("p", E("span", State(run)).Class("state")),
        E("table", E("tbody", Facts(run).Select(f => E("tr", E("th", f.Name), E("td", f.Value))))).Class("facts"));

    private static string Scheme(RecordedSearch run) => run.Option("search", "scheme", "name");

    private static string State(RecordedSearch run)
    {
        string done = $"{run.Recorded.Epochs.Count} of {run.Option("search", "epochs")} epochs";
        return !run.IsFinished ? $"not finished: {done}"
            : run.StopReason is { } reason ? $"stopped early: {done}; {reason}"
            : $"finished: {done}";
    }

    private static IEnumerable<(string Name, string Value)> Facts(RecordedSearch run)
    {
        yield return ("scheme", run.Option("search", "scheme"));
        yield return ("relaxation", run.Option("search", "relaxation"));
        yield return (
            "space", $"{run.Option("space", "name")}, input {run.Shape("space", "input")}, {run.Option("space", "classes")} classes");
        yield return (
            "data",
            $"{run.Option("data", "name")}, {run.Option("data", "samples")} samples of {run.Shape("data", "input")}, " +
            $"{run.Option("data", "classes")} classes");
        yield return ("seed", run.Option("search", "seed"));
        yield return ("device", $"{run.Option("device")}, {run.Option("threads")} CPU threads");
        yield return (
            "time",
            $"{TimeSpan.FromSeconds(Math.Round(run.Recorded.Epochs.Sum(e => double.IsFinite(e.Seconds) ? e.Seconds : 0))):c} for the " +
        "epochs done");
        yield return ("versions",
            $"SingleDarts.Core {run.Option("library")}, TorchSharp {run.Option("torchSharp")}, libtorch {run.Option("libtorch")}, " +
            $"{run.Option("runtime")}");
        yield return ("folder", Path.GetFileName(run.Recorded.Path));
    }
}
