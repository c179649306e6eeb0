using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Runs;

/// <summary>JSON of reports and records and back, every number exactly.</summary>
internal static class RunJson
{
    /// <summary>One line. Numbers that are not finite are the strings <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>.</summary>
    public static JsonSerializerOptions Line { get; } = new()
    {
        RespectNullableAnnotations = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new Matrix() },
    };

    /// <summary>The same, for a file of its own.</summary>
    public static JsonSerializerOptions Indented { get; } = new(Line) { WriteIndented = true };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Line);

    /// <exception cref="JsonException">The line is no such value.</exception>
    public static T Read<T>(string line) where T : class =>
        Whole(BoundedJson.Read(() => Texts(() => JsonSerializer.Deserialize<T>(line, Line))) ??
            throw new JsonException("The line is null."));

    /// <summary>The serializer looks for null among properties, but not among the elements of lists and maps.</summary>
    private static T Whole<T>(T value) where T : class
    {
        IEnumerable<object?> inside = value switch
        {
            string or Array => [],
            IDictionary entries => entries.Values.Cast<object?>(),
            IEnumerable items => items.Cast<object?>(),
            _ when value.GetType().Assembly == typeof(RunJson).Assembly &&
                !value.GetType().IsDefined(typeof(JsonConverterAttribute), false) =>
                value.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0 && !p.PropertyType.IsValueType)
                    .Select(p => p.GetValue(value)).Where(part => part is not null),
            _ => [],
        };
        bool isOfValues = value.GetType() is { IsGenericType: true } type && type.GetGenericArguments()[^1].IsValueType;
        if (!isOfValues)
            foreach (object? part in inside)
                Whole(part ?? throw new JsonException("An element of a list or a map is null."));
        return value;
    }

    /// <summary>Half of a surrogate pair in a text is a fault of the document.</summary>
    private static T Texts<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"A text is no Unicode: {e.Message}", e);
        }
    }

    private sealed class Matrix : JsonConverter<double[,]>
    {
        public override double[,] Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            double[][] rows = JsonSerializer.Deserialize<double[][]>(ref reader, options) ?? throw new JsonException("A matrix is null.");
            if (rows.Any(row => row is null || row.Length != rows[0].Length))
                throw new JsonException("The rows of a matrix differ in length.");
            var matrix = new double[rows.Length, rows.FirstOrDefault()?.Length ?? 0];
            for (int i = 0; i < rows.Length; i++)
                for (int j = 0; j < matrix.GetLength(1); j++)
                    matrix[i, j] = rows[i][j];
            return matrix;
        }

        public override void Write(Utf8JsonWriter writer, double[,] value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            for (int i = 0; i < value.GetLength(0); i++)
            {
                writer.WriteStartArray();
                for (int j = 0; j < value.GetLength(1); j++)
                    JsonSerializer.Serialize(writer, value[i, j], options);
                writer.WriteEndArray();
            }
            writer.WriteEndArray();
        }
    }
}
