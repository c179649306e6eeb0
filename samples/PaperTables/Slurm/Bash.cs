namespace PaperTables.Slurm;

/// <summary>Text for bash.</summary>
internal static class Bash
{
    /// <summary>A word that bash, and sbatch in a directive, take literally.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", @"'\''")}'";
}
