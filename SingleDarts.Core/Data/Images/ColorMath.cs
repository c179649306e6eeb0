namespace SingleDarts.Core.Data;

/// <summary>The four changes of <see cref="ColorJitter"/>, on values of the 0..1 scale.</summary>
internal static class ColorMath
{
    public static void Blend(Span<float> values, float other, float factor)
    {
        float rest = (1 - factor) * other;
        foreach (ref float value in values)
            value = Clamp(factor * value + rest);
    }

    public static float MeanGray(ReadOnlySpan<float> red, ReadOnlySpan<float> green, ReadOnlySpan<float> blue)
    {
        double sum = 0;
        for (int i = 0; i < red.Length; i++)
            sum += Gray(red[i], green[i], blue[i]);
        return (float)(sum / red.Length);
    }

    public static void Saturate(Span<float> red, Span<float> green, Span<float> blue, float factor)
    {
        for (int i = 0; i < red.Length; i++)
        {
            float rest = (1 - factor) * Gray(red[i], green[i], blue[i]);
            red[i] = Clamp(factor * red[i] + rest);
            green[i] = Clamp(factor * green[i] + rest);
            blue[i] = Clamp(factor * blue[i] + rest);
        }
    }

    /// <summary>To hue, saturation and value, the hue turned by a share of the circle, and back. Value and saturation do not change, so
    /// the largest and the smallest of the three stay as they are.</summary>
    public static void TurnHue(Span<float> red, Span<float> green, Span<float> blue, float turn)
    {
        for (int i = 0; i < red.Length; i++)
        {
            float r = red[i], g = green[i], b = blue[i];
            float largest = Math.Max(r, Math.Max(g, b)), range = largest - Math.Min(r, Math.Min(g, b));
            if (range == 0)
                continue;
            // In sixths of the circle, red at 0.
            float angle = largest == r ? (g - b) / range : largest == g ? 2 + (b - r) / range : 4 + (r - g) / range;
            angle += 6 * turn;
            red[i] = Channel(5);
            green[i] = Channel(3);
            blue[i] = Channel(1);

            float Channel(int offset)
            {
                float k = angle + offset;
                k -= 6 * MathF.Floor(k / 6);
                return largest - range * Clamp(Math.Min(k, 4 - k));
            }
        }
    }

    private static float Gray(float red, float green, float blue) => 0.299f * red + 0.587f * green + 0.114f * blue;

    private static float Clamp(float value) => Math.Min(1, Math.Max(0, value));
}
