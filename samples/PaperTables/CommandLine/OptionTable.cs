using System.CommandLine;
using System.Reflection;
using System.Text.Json.Nodes;
using SingleDarts.Core.Runtime;

namespace PaperTables.CommandLine;

/// <summary>The options of a settings record, in the order of their declaration.</summary>
/// <typeparam name="T">The record: properties with <see cref="CommandOptionAttribute"/>, whose initial values are the defaults.</typeparam>
internal static class OptionTable<T> where T : class, new()
{
    public static IReadOnlyList<SettingOption> Entries { get; } =
    [
        .. from property in typeof(T).GetProperties().OrderBy(property => property.MetadataToken)
           let declaration = property.GetCustomAttribute<CommandOptionAttribute>()
           where declaration is not null
           select new SettingOption(property, declaration, property.GetValue(new T())),
    ];

    /// <summary>Those that decide a trial.</summary>
    public static IEnumerable<SettingOption> OfTrials => Entries.Where(entry => !entry.IsCircumstance);

    /// <summary>The settings of a command line.</summary>
    public static T Read(ParseResult parsed) => Change(new T(), Entries.Select(entry => (entry, entry.Read(parsed))));

    /// <summary>All options of a trial.</summary>
    public static JsonObject ToJson(T settings) =>
        new(OfTrials.Select(entry => KeyValuePair.Create(entry.JsonName, entry.ToJson(entry.Get(settings)))));

    /// <summary>The options of a trial that a command line names.</summary>
    public static JsonObject Given(ParseResult parsed) =>
        new(OfTrials.Where(entry => entry.IsGiven(parsed))
            .Select(entry => KeyValuePair.Create(entry.JsonName, entry.ToJson(entry.Read(parsed)))));

    /// <summary>Settings with options of a trial changed.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="options">Values by the options' names in JSON.</param>
    /// <param name="where">Where the options stand, for messages.</param>
    /// <exception cref="InvalidDataException">An option is unknown or has a value that it cannot have.</exception>
    public static T Apply(T settings, JsonObject options, string where) =>
        Change(settings, options.Select(option => (Find(option.Key, where), option.Value))
        .Select(pair => (pair.Item1, pair.Item1.FromJson(pair.Value, where))));

    /// <summary>The option of a name in JSON.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static SettingOption Find(string jsonName, string where) => OfTrials.FirstOrDefault(entry => entry.JsonName == jsonName)
        ?? throw new InvalidDataException(
            $"{where}: there is no option {Quoted.Of(jsonName)}; expected {string.Join(", ", OfTrials.Select(entry => entry.JsonName))}.");

    /// <summary>What to write on a command line for settings: the options that are not at their defaults.</summary>
    public static string CommandLine(T settings) => string.Join(' ',
        from entry in Entries
        let value = entry.Get(settings)
        where !Equals(value, entry.Default)
        select value is true ? entry.Name : FormattableString.Invariant($"{entry.Name} {value}"));

    private static T Change(T settings, IEnumerable<(SettingOption Option, object? Value)> values)
    {
        var changed = new T();
        foreach (SettingOption entry in Entries)
            entry.Set(changed, entry.Get(settings));
        foreach (var (option, value) in values)
            option.Set(changed, value);
        return changed;
    }
}
