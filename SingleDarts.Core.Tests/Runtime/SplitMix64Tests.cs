using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Tests.Runtime;

public class SplitMix64Tests
{
    /// <summary>Numbers of the authors' C program (prng.di.unimi.it/splitmix64.c) for the seed 1234567.</summary>
    [Fact]
    public void The_numbers_are_those_of_the_reference_program()
    {
        ulong state = 1234567;
        Enumerable.Range(0, 5).Select(_ => SplitMix64.Next(ref state)).Should().Equal(
            6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821);
    }
}
