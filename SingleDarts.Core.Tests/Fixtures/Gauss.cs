namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>Seeded draws for loops of many cases.</summary>
internal static class Gauss
{
    public static double Next(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());

    public static double[] Vector(Random random, int count, double scale = 1) =>
        [.. Enumerable.Range(0, count).Select(_ => scale * Next(random))];

    public static double[] Softmax(double[] alpha)
    {
        double[] e = [.. alpha.Select(Math.Exp)];
        return [.. e.Select(v => v / e.Sum())];
    }
}
