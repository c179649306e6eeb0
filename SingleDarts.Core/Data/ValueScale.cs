namespace SingleDarts.Core.Data;

/// <summary>The words of <see cref="IBatchSource.ValueScale"/>.</summary>
internal static class ValueScale
{
    /// <param name="isImage">Whether the values come from unsigned bytes; floating point keeps its own scale.</param>
    /// <param name="white">What the byte 255 becomes before the normalisation.</param>
    /// <param name="normalization">Statistics that the values are normalised with.</param>
    public static string Of(bool isImage, int white, Normalization? normalization) =>
        (isImage ? "pixels" : "floating point") + (normalization is null
        ? isImage ? $" from 0 to {white}" : " as stored"
        : $" normalised with {normalization}");
}
