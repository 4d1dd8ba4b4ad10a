"""Short tweets of our own, in five languages, on which two engines are held against each other.

They stand in no data set and have no labels. Knows texts only.
"""

_ENGLISH = """\
I got the job ! ! ! Cannot stop smiling 😄
Third delay this week and not one word of apology , I am furious 😡
Missing my grandmother a lot today 😢
There is somebody in the garden and I am home alone
The library opens at nine on Saturdays .
You are the best thing that ever happened to me ❤️
@user how can you be so cruel to an animal , disgusting
We won ! ! In the last minute ! ! #football
My hands were shaking the whole way down , never again
New bus timetable from Monday , see the link http
Happy birthday to my beautiful daughter , love you to the moon 🥰
Another funeral . I have no words left .
The results come tomorrow and I cannot sleep
Stop lying to us , we are not stupid
Coffee , sun and a good book , what more could one want ☀️
Meeting moved to room 12 , bring a pen
I adore this little town and everyone in it
so tired of being ignored by people I thought were friends
What a disgrace , they should all resign
the dog ate my sandwich again 😂😂😂
Not sure how I feel about the ending of that film
Police ask drivers to avoid the bridge until noon
He left without saying goodbye
Oh great , my phone died again . Just what I needed .
Thank you all for the kind messages , you have no idea what they mean to me 🙏
I have a bad feeling about this storm
Why is everything so expensive ? ? It makes me so angry
Dreamt that we were all together again , woke up crying"""

_FRENCH = """\
Je suis tellement heureuse , on a enfin les clés ! 🎉
Ras le bol de ces grèves , deux heures d'attente sous la pluie 😠
Tu me manques , papa
J'ai peur de rentrer seule ce soir
La mairie sera fermée lundi .
Je t'aime plus que tout au monde ❤️
C'est une honte , rien n'a été fait pour les victimes
Quelle belle surprise , merci à toute l'équipe 😊
Mon cœur bat à cent à l'heure , l'examen est demain
Prochain train à 14 h 32 , voie 5
Joyeux anniversaire mon amour , dix ans déjà 🥰
Encore un ami qui s'en va , quelle tristesse
@user arrêtez de mentir aux gens
Trop contente de retrouver ma famille ce week-end
Le chat a encore renversé le sapin 😂
Je ne sais plus quoi penser de tout ça
J'adore me promener ici le matin
La réunion est reportée à jeudi http
Ils ont tout cassé , je suis folle de rage
Personne n'est venu à ma fête
Et voilà , encore en panne . Génial .
On entend des bruits étranges dans la cave , au secours 😱
Bonne nuit à tous
Je pleure depuis ce matin 😭
Fière de toi , ma fille , tu l'as mérité
Combien coûte le billet pour Lyon ?
Quel match ! On est en finale !
Ce silence me rend malade"""

_DUTCH = """\
Wat een heerlijke dag , de hele familie bij elkaar 😄
Alweer geen trein , ik word hier zo boos van 😡
Ik mis je elke dag , mama
Er loopt iemand achter me en ik durf niet om te kijken
De winkel is zondag gesloten .
Ik hou van jou , voor altijd ❤️
Schandalig hoe ze met oude mensen omgaan
Gewonnen ! ! Wat een wedstrijd !
Morgen de uitslag , ik ben doodsbang
Vergadering om tien uur in zaal 3
Gefeliciteerd lieverd , wat ben ik trots op je 🥰
Weer een lege stoel aan tafel dit jaar 😢
@user hou toch eens op met die onzin
Eindelijk vakantie , zon en zee ☀️
De hond heeft mijn schoenen opgegeten 😂
Ik weet niet goed wat ik hiervan moet vinden
Wat is het hier toch mooi in de herfst
De brug is tot vrijdag dicht http
Ze hebben mijn fiets gestolen , ik kook van woede
Niemand heeft me gebeld op mijn verjaardag
Nou leuk , weer in de file
Hoorde vannacht vreemde geluiden op zolder 😱
Goedemorgen allemaal
Ik kan niet stoppen met huilen
Dank jullie wel voor alle lieve berichten 🙏
Hoe laat gaat de laatste bus naar Gent ?
Zo blij dat het weer beter met hem gaat
Deze regering luistert naar niemand"""

_RUSSIAN = """\
Ура , меня приняли на работу ! 😄
Опять отключили воду без предупреждения , как же я зла 😡
Очень скучаю по дому
Мне страшно идти одной по этой улице
Магазин работает с девяти до шести .
Люблю тебя больше жизни ❤️
Как можно быть таким жестоким , позор
Мы победили ! ! Какой матч !
Завтра операция , не могу уснуть
Собрание перенесли на четверг
С днём рождения , доченька , ты моё счастье 🥰
Сегодня год , как тебя нет с нами 😢
@user хватит врать людям
Наконец-то отпуск , море и солнце ☀️
Кот опять уронил ёлку 😂
Даже не знаю , что и думать
Какой красивый сегодня закат
Мост закрыт до пятницы http
У меня украли велосипед , я в ярости
Никто не пришёл на мой праздник
Ну прекрасно , снова пробки
Ночью кто-то ходил по чердаку 😱
Всем доброе утро
Плачу весь день и не могу остановиться
Спасибо всем за тёплые слова 🙏
Во сколько отходит последний автобус ?
Горжусь своим сыном
Им на всех наплевать , сколько можно терпеть"""

_SPANISH = """\
¡ Por fin en casa , qué alegría ! 🎉
Otra vez sin luz y nadie contesta el teléfono , estoy harto 😡
Te echo tanto de menos , abuela
Me da miedo salir sola de noche
La oficina abre a las nueve .
Te quiero con toda mi alma ❤️
Qué vergüenza cómo tratan a los enfermos
¡ ¡ Ganamos ! ! ¡ Qué partido !
Mañana tengo el examen y no puedo respirar
La reunión pasa al jueves en la sala 4
Feliz cumpleaños , mi vida , eres lo mejor que tengo 🥰
Otro año sin ti en la mesa 😢
@user deja ya de mentir a la gente
Vacaciones , playa y sol ☀️
El perro se ha comido mis zapatillas 😂
No sé qué pensar de todo esto
Me encanta pasear por este barrio
El puente está cerrado hasta el viernes http
Me han robado la bici , estoy que ardo de rabia
Nadie vino a mi fiesta
Genial , otra vez el tren con retraso
Anoche oí pasos en el tejado 😱
Buenos días a todos
No puedo parar de llorar
Gracias por tantos mensajes bonitos 🙏
¿ A qué hora sale el último autobús ?
Muy orgullosa de mi hermano
Ese ruido otra vez , tengo los pelos de punta"""

_ODD = (
    "",
    "   ",
    "😂😂😂",
    "❤️",
    "?!",
    "@user http",
    "ok",
    "#happy #love #life #sun #beach",
    "I hate this so much , but also kind of love it ? ? je ne sais pas , quizás mañana 😅",
    "no " * 60 + "please make it stop",
    "So this is how it went : we took the first train , lost one bag , found it again , missed the "
    "boat , slept on a bench , and in the morning somebody brought us warm bread and coffee , and "
    "I swear I have never been happier in my whole life , not even at my own wedding 😂❤️",
    "Всё началось с того , что мы опоздали на поезд , потом потеряли сумку , потом нашли её , а "
    "вечером выяснилось , что гостиница закрыта , и мы просто сидели на берегу и смеялись",
)

PROBES: tuple[str, ...] = (
    *(
        line
        for texts in (_ENGLISH, _FRENCH, _DUTCH, _RUSSIAN, _SPANISH)
        for line in texts.splitlines()
    ),
    *_ODD,
)
"""A hundred and fifty tweets: every emotion, none, blank ones, emoji alone, and long ones."""
