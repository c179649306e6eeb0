using System.CommandLine;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json;
using SingleDarts.Core.Runtime;

namespace PaperTables.CommandLine;

/// <summary>One option of a settings record: its declaration with the property that it sets.</summary>
internal sealed class SettingOption
{
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };
    private readonly PropertyInfo property;
    private readonly CommandOptionAttribute declaration;
    private readonly Func<ParseResult, object?> read;

    public SettingOption(PropertyInfo property, CommandOptionAttribute declaration, object? byDefault)
    {
        this.property = property;
        this.declaration = declaration;
        Default = byDefault;
        (Option, read) = ((Option, Func<ParseResult, object?>))typeof(SettingOption)
            .GetMethod(nameof(Make), BindingFlags.NonPublic | BindingFlags.Instance)!
            .MakeGenericMethod(property.PropertyType).Invoke(this, null)!;
    }

    public string Name => declaration.Name;

    public string JsonName => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    public object? Default { get; }

    public bool IsCircumstance => declaration.IsCircumstance;

    /// <summary>Whether it is a number with a fraction.</summary>
    public bool IsNumber => (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) == typeof(double);

    /// <summary>The option on a command line.</summary>
    public Option Option { get; }

    public object? Read(ParseResult parsed) => read(parsed);

    /// <summary>Whether the command line names it.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetResult(Option) is { Implicit: false };

    public object? Get(object settings) => property.GetValue(settings);

    public void Set(object settings, object? value) => property.SetValue(settings, value);

    public JsonNode? ToJson(object? value) => value is double number && !double.IsFinite(number)
        ? throw new ArgumentException($"{Name} is {number}; expected a finite number.")
        : JsonSerializer.SerializeToNode(value, property.PropertyType, Json);

    /// <summary>The value that JSON says.</summary>
    /// <exception cref="InvalidDataException">It is no such value; the message begins with where.</exception>
    public object? FromJson(JsonNode? value, string where)
    {
        try
        {
            if (value is null)
                return Default is null ? null : throw new JsonException();
            object? found = value.Deserialize(property.PropertyType, Json);
            if (found is double.PositiveInfinity or double.NegativeInfinity)
                throw new JsonException();
            return declaration.Choices.Length == 0 || declaration.Choices.Contains(found) ? found : throw new JsonException();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{where}: option '{JsonName}' is {Quoted.Shorten(value?.ToJsonString() ?? "null")}, expected {Expected}.", e);
        }
    }

    private string Expected => declaration.Choices.Length > 0 ? $"one of {string.Join(", ", declaration.Choices)}"
        : Kind(property.PropertyType);

    private static string Kind(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsEnum: true } named => $"one of {string.Join(", ", Enum.GetNames(named))}",
        var t when t == typeof(bool) => "true or false",
        var t when t == typeof(int) || t == typeof(long) => "a whole number",
        var t when t == typeof(double) => "a number",
        _ => "text",
    };

    private (Option, Func<ParseResult, object?>) Make<T>()
    {
        var option = new Option<T>(Name) { Description = declaration.Description };
        if (Default is T value)
            option.DefaultValueFactory = _ => value;
        if (option is Option<string> text && declaration.Choices.Length > 0)
            text.AcceptOnlyFromAmong(declaration.Choices);
        return (option, parsed => parsed.GetValue(option));
    }
}
