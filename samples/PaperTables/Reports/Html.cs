using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace PaperTables.Reports;

/// <summary>Elements of XHTML and inline SVG.</summary>
internal static class Html
{
    public static readonly XNamespace Xhtml = "http://www.w3.org/1999/xhtml", Svg = "http://www.w3.org/2000/svg";

    /// <summary>An element with an end tag, which browsers that read the page as HTML need.</summary>
    public static XElement E(string name, params object?[] content) => new(Xhtml + name, content, "");

    public static XElement Class(this XElement element, string name)
    {
        element.SetAttributeValue("class", name);
        return element;
    }

    public static XElement Section(string title, params object?[] content) => E("section", E("h2", title), content);

    /// <summary>A sentence in place of something that was not recorded.</summary>
    public static XElement Missing(string sentence) => E("p", sentence).Class("missing");

    public static XElement Table(IEnumerable<string> head, IEnumerable<IEnumerable<object>> rows) => E("div", E("table",
        E("thead", E("tr", head.Select(h => E("th", h)))),
        E("tbody", rows.Select(row => E("tr", row.Select((cell, i) => E(i == 0 ? "th" : "td", cell))))))).Class("wide");

    public static XElement Folded(string title, params object?[] content) => E("details", E("summary", title), content);

    /// <summary>Charts or pictures beside each other, as many as there is room for.</summary>
    public static XElement Row(params object?[] content) => E("div", content).Class("row");

    public static string Number(double number, string format = "G4") =>
        !double.IsFinite(number) ? number.ToString(CultureInfo.InvariantCulture) : number.ToString(format, CultureInfo.InvariantCulture)
            .Replace('-', '−');

    /// <summary>Replaces what XML cannot hold.</summary>
    public static void Clean(XElement root)
    {
        static string Of(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
            rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString()));
        foreach (XText text in root.DescendantNodes().OfType<XText>())
            text.Value = Of(text.Value);
        foreach (XAttribute attribute in root.DescendantsAndSelf().Attributes().Where(a => !a.IsNamespaceDeclaration))
            attribute.Value = Of(attribute.Value);
    }
}
