using System.Text.Json;
using System.Text.Json.Serialization;

namespace SingleDarts.Core.Genotypes;

/// <summary>Writes a value as its text, as a JSON string or property name.</summary>
internal abstract class TextJsonConverter<T>(Func<string, T> parse) : JsonConverter<T>
    where T : class
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
            throw new JsonException($"Found {reader.TokenType} where the text of a {typeof(T).Name} was expected.");
        try
        {
            return parse(reader.GetString()!);
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader, typeToConvert, options);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString()!);
}

internal sealed class CellGenotypeJsonConverter() : TextJsonConverter<CellGenotype>(CellGenotype.Parse);

internal sealed class GenotypeJsonConverter() : TextJsonConverter<Genotype>(Genotype.Parse);
