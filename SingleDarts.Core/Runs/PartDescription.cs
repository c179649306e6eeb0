using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>
/// What a part of a run is, as JSON: the name of its type and its public properties, in camel case and under the invariant culture. Parts
/// of Core and of a user are described alike. A property that only its own type can set is state and left out.
/// </summary>
internal static class PartDescription
{
    private const int MaxDepth = 8;

    /// <summary>Describes a value.</summary>
    /// <returns>Null for null; a JSON value for numbers, text and enums; an array for a list; an object for anything else.</returns>
    public static JsonNode? Of(object? value) => Of(value, 0);

    /// <summary>The text of a part whose class wrote its own <c>ToString</c>; null for any other, a record included.</summary>
    public static string? OwnText(object part) =>
        part.GetType().GetMethod(nameof(ToString), Type.EmptyTypes) is { } method && !IsForeign(method.DeclaringType!)
        && !method.IsDefined(typeof(CompilerGeneratedAttribute)) ? part.ToString() : null;

    private static JsonNode? Of(object? value, int depth) => value switch
    {
        null => null,
        Enum => value.ToString(),
        _ when value.GetType().IsPrimitive || value is string or decimal => JsonSerializer.SerializeToNode(value, RunJson.Line),
        IFormattable text when IsForeign(value) => text.ToString(null, CultureInfo.InvariantCulture),
        Tensor tensor => new JsonObject { ["type"] = "Tensor", ["shape"] = Of(tensor.shape, depth),
            ["dataType"] = tensor.dtype.ToString() },
        IDictionary entries => new JsonObject(entries.Keys.Cast<object>().Select(key => KeyValuePair.Create(
            Convert.ToString(key, CultureInfo.InvariantCulture)!, Of(entries[key], depth + 1)))),
        ICollection items => new JsonArray([.. items.Cast<object?>().Select(item => Of(item, depth + 1))]),
        Delegate or IEnumerable => value.GetType().Name,
        _ when IsForeign(value) || depth == MaxDepth => value.GetType().Name,
        _ => Properties(value, depth),
    };

    private static JsonObject Properties(object part, int depth)
    {
        var description = new JsonObject { ["type"] = part.GetType().Name };
        foreach (PropertyInfo property in part.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(IsSetting))
            description[JsonNamingPolicy.CamelCase.ConvertName(property.Name)] = Of(Read(property, part), depth + 1);
        if (description.All(p => p.Key is "type" or "name") && OwnText(part) is { } text)
            description["text"] = text;
        return description;
    }

    private static object? Read(PropertyInfo property, object part)
    {
        try
        {
            return property.GetValue(part);
        }
        catch (TargetInvocationException e)
        {
            return e.InnerException!.GetType().Name;
        }
    }

    private static bool IsSetting(PropertyInfo property) =>
        property.GetMethod is { IsPublic: true } && property.SetMethod is null or { IsPublic: true } &&
            property.GetIndexParameters().Length == 0;


    private static bool IsForeign(object value) => IsForeign(value.GetType());

    private static bool IsForeign(Type type) => type.Namespace?.Split('.')[0] is "System" or "TorchSharp" or "Microsoft";
}
