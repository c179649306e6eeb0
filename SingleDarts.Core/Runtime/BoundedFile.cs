using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SingleDarts.Core.Runtime;

/// <summary>Reads files that others may have written: regular files only, and no more of them than a limit allows.</summary>
public static class BoundedFile
{
    /// <summary>Opens a file for reading, also one that another process is writing.</summary>
    /// <param name="path">The file; symbolic links are followed.</param>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is a pipe, a device or a folder (on Linux, where opening a pipe would wait
    /// forever).</exception>
    public static FileStream Open(string path)
    {
        if (!FileBehind.IsRegular(path))
            throw new InvalidDataException($"{path} is a pipe, a device or a folder; expected a file. Remove it, or name another.");
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>The whole content.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes that it may have.</param>
    /// <inheritdoc cref="Open" path="/exception"/>
    /// <exception cref="InvalidDataException">It is longer than the limit.</exception>
    public static byte[] ReadBytes(string path, ReadLimit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        using FileStream stream = Open(path);
        limit.Require(stream.Length, path);
        byte[] content = new byte[stream.Length];
        return content[..stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
    }

    /// <summary>The whole content as text in UTF-8.</summary>
    /// <inheritdoc cref="ReadBytes"/>
    public static string ReadText(string path, ReadLimit limit)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(path, limit)));
        return reader.ReadToEnd();
    }

    /// <summary>The lines, read one after the other, so that a long file takes no more memory than its longest line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes that it may have.</param>
    /// <param name="lineLimit">The longest line.</param>
    /// <inheritdoc cref="ReadBytes" path="/exception"/>
    public static IEnumerable<string> ReadLines(string path, ReadLimit limit, ReadLimit lineLimit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        ArgumentNullException.ThrowIfNull(lineLimit);
        using FileStream stream = Open(path);
        limit.Require(stream.Length, path);
        using var reader = new StreamReader(stream);
        var lines = new BoundedLines(reader, path, lineLimit);
        while (lines.Next() is { } line)
            yield return line;
    }

    /// <summary>A JSON document within <see cref="ReadLimits.JsonBytes"/> whose texts can all be read and whose properties differ in
    /// name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What is accepted besides plain JSON.</param>
    /// <inheritdoc cref="ReadBytes" path="/exception"/>
    /// <exception cref="JsonException">It is no JSON, or a text in it is no Unicode (half of a surrogate pair).</exception>
    public static JsonNode? ReadJson(string path, JsonDocumentOptions options = default)
    {
        byte[] content = ReadBytes(path, ReadLimits.JsonBytes);
        int start = content.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        return BoundedJson.Read(() =>
        {
            RequireTexts(content.AsSpan(start), options);
            return JsonNode.Parse(content.AsSpan(start), null, options with { AllowDuplicateProperties = false });
        });
    }

    /// <summary>A JSON document in memory, as <see cref="ReadJson"/> reads files.</summary>
    /// <param name="text">The document.</param>
    /// <param name="options">What is accepted besides plain JSON.</param>
    /// <exception cref="JsonException">It is no JSON, or a text in it is no Unicode.</exception>
    public static JsonNode? ParseJson(string text, JsonDocumentOptions options = default) => BoundedJson.Read(() =>
    {
        RequireTexts(Encoding.UTF8.GetBytes(text), options);
        return JsonNode.Parse(text, null, options with { AllowDuplicateProperties = false });
    });

    /// <summary>A parsed document gives its texts late, and those that are no Unicode not at all.</summary>
    private static void RequireTexts(ReadOnlySpan<byte> document, JsonDocumentOptions options)
    {
        var reader = new Utf8JsonReader(document, new JsonReaderOptions
        {
            CommentHandling = options.CommentHandling, AllowTrailingCommas = options.AllowTrailingCommas, MaxDepth = options.MaxDepth,
        });
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    reader.GetString();
        }
        catch (InvalidOperationException)
        {
            throw new JsonException($"The text at byte {reader.TokenStartIndex} is no Unicode: it has half of a surrogate pair.");
        }
    }
}
