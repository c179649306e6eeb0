using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using PaperTables.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static PaperTables.Reports.Html;

namespace PaperTables.Reports;

/// <summary>A run as one page.</summary>
internal static class Report
{
    /// <summary>Writes the page whole or not at all.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="IOException">The folder holds no run, a file is missing, or the page cannot be written.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static string Write(string folder, string? tableFile, string output)
    {
        RecordedSearch run = RecordedSearch.Open(folder);
        NasBench201Table? table = tableFile is null ? null : NasBench201Table.Load(tableFile);
        XDocument page = Page(run, table);
        if (Directory.Exists(output))
            throw new IOException($"{output} is a folder; name a file with --out.");
        GuardedFolder.WriteFile(output, stream =>
        {
            using XmlWriter writer = XmlWriter.Create(
                stream, new XmlWriterSettings { OmitXmlDeclaration = true, Encoding = new UTF8Encoding(false) });
            page.Save(writer);
        });
        return output;
    }

    private static XDocument Page(RecordedSearch run, NasBench201Table? table)
    {
        string style = Style();
        XElement html = E("html", new XAttribute("lang", "en"),
            E("head",
                new XElement(Xhtml + "meta", new XAttribute("charset", "utf-8")),
                new XElement(Xhtml + "meta", new XAttribute("http-equiv", "Content-Security-Policy"),
                    new XAttribute("content", Policy(style))),
                new XElement(Xhtml + "meta", new XAttribute("name", "viewport"),
                    new XAttribute("content", "width=device-width, initial-scale=1")),
                E("title", HeadingSection.Title(run)),
                E("style", style)),
            E("body",
                HeadingSection.Make(run),
                GenotypeSection.Make(run),
                TableSection.Make(run, table),
                CurvesSection.Make(run),
                WeightsSection.Make(run),
                AccuracySection.Make(run, table),
                CorrelationSection.Make(run),
                GradientsSection.Make(run),
                HessianSection.Make(run),
                CollapseSection.Make(run),
                SettingsSection.Make(run)));
        Clean(html);
        return new XDocument(new XDocumentType("html", null, null, null), html);
    }

    /// <summary>The page loads nothing, runs nothing, and has this style and no other. Colours of cells in heat maps are attributes.
    /// Browsers that do not tell elements from attributes take <c>style-src</c>.</summary>
    private static string Policy(string style) =>
        $"default-src 'none'; style-src 'unsafe-inline'; style-src-elem 'sha256-" +
        $"{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'; style-src-attr 'unsafe-inline'; base-uri 'none'; " +
        "form-action 'none'";

    private static string Style()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        // As browsers count it for the policy, whatever line ends the file was checked out with.
        return "\n" + reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
