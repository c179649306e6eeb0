using System.Globalization;
using PaperTables.Runs;

namespace PaperTables.Figures;

/// <summary>One number of one run: the line that it belongs to, when, and how much.</summary>
internal readonly record struct Measured(string Panel, string Line, double Epoch, double Value);

/// <summary>A line of a figure: mean and range over the runs of one scheme, the seeds.</summary>
internal sealed record Band(string Scheme, string Panel, string Line,
    IReadOnlyList<(double Epoch, double Mean, double Min, double Max, int Runs)> Points)
{
    /// <summary>The line, with the scheme unless the panel's title has it.</summary>
    public string Label => Scheme.Length == 0 || Scheme == Panel ? Line : $"{Line}, {Scheme}";

    public const string Header = "scheme,panel,line,epoch,mean,min,max,runs";

    public IEnumerable<string> Csv => Points.Select(p => string.Create(CultureInfo.InvariantCulture,
        $"{PaperTables.Csv.Escape(Scheme)},{PaperTables.Csv.Escape(Panel)},{PaperTables.Csv.Escape(Line)}," +
        $"{p.Epoch:R},{p.Mean:R},{p.Min:R},{p.Max:R},{p.Runs}"));

    /// <summary>Numbers that are not finite are left out; several of one run and time are averaged first.</summary>
    public static IEnumerable<Band> Of(string scheme, IEnumerable<string> folders, Func<RecordedSearch, IEnumerable<Measured>> measure) =>
        from run in folders.Select((folder, i) =>
            (Index: i, Values: measure(RecordedSearch.Open(folder)).Where(m => double.IsFinite(m.Value)).ToList()))
        from value in run.Values
        group (run.Index, value) by (value.Panel, value.Line) into line
        select new Band(scheme, line.Key.Panel, line.Key.Line,
        [.. from m in line
            group m by m.value.Epoch into time
            orderby time.Key
            let seeds = time.GroupBy(m => m.Index).Select(seed => seed.Average(m => m.value.Value)).ToList()
            select (time.Key, seeds.Average(), seeds.Min(), seeds.Max(), seeds.Count)]);
}
