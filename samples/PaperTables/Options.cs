using System.CommandLine;

namespace PaperTables;

/// <summary>Options that several commands are made of.</summary>
internal static class Options
{
    public static Option<T> Value<T>(string name, string description, T otherwise) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };

    /// <summary>One of some values, the first by default.</summary>
    public static Option<string> Choice(string name, string description, string[] values)
    {
        Option<string> option = Value(name, $"{description} One of: {string.Join(", ", values)}.", values[0]);
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
