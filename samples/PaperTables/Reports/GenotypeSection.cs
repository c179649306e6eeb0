using System.Xml.Linq;
using PaperTables.Runs;
using SingleDarts.Core.Spaces;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>The last genotype as text and as pictures.</summary>
internal static class GenotypeSection
{
    public static XElement Make(RecordedSearch run)
    {
        if (run.Genotype is not { } genotype)
            return Section("Genotype", Missing("No epoch is done, so there is no genotype yet; go on with search --resume."));
        return Section("Genotype",
            E("code", genotype.ToString()).Class("genotype"),
            E("p", $"After epoch {run.Recorded.Epochs.Count}. Blue: operations with weights; orange and dashed: operations without.")
                .Class("note"),
            Row(run.Kinds.Select(kind => E("figure", run.Kinds.Count > 1 ? E("figcaption", kind.Name) : null,
                XElement.Parse(new CellDrawing(genotype[kind.Name], kind).ToSvg())))).Class("row cells"));
    }
}
