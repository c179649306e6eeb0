namespace PaperTables.CommandLine;

/// <summary>
/// Declares an option: the one place that names it. Type and default are those of the property, the name in JSON is that of the property in
/// camel case. The command line, the JSON of a trial and the reference page are made from it.
/// </summary>
/// <param name="name">Name on the command line.</param>
/// <param name="description">What it sets.</param>
/// <param name="choices">The values that it can have; none for any.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CommandOptionAttribute(string name, string description, params string[] choices) : Attribute
{
    public string Name => name;

    public string Description => choices.Length == 0 ? description : $"{description} One of: {string.Join(", ", choices)}.";

    public string[] Choices => choices;

    /// <summary>Whether it says where a run is kept or what is looked up, so that it decides no number and is not part of a
    /// trial.</summary>
    public bool IsCircumstance { get; init; }
}
